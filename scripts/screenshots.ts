/**
 * Takes the pictures of docs/pictures from the real house with its invented people:
 * `node scripts/screenshots.ts`, or some of them with the names of scenes behind it. Needs the built pages and Chromium, as the browser tests do.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { readConfig } from '../src/config.ts';
import { startGongji } from '../src/main.ts';
import { launchBrowser, newPhonePage, type PhonePage } from '../test/browser/harness.ts';
import { buildPages } from './build-pages.ts';

const PICTURES = join(import.meta.dirname, '..', 'docs', 'pictures');
const DESK = { width: 1100, height: 760 };

interface Stage {
  readonly browser: Browser;
  /** Where the house is. */
  readonly url: string;
  /** A page of another site with the widget in it. */
  readonly site: string;
  /** The newest code that was told. */
  readonly code: () => string;
  /** A fresh one-time link to the desk of the staff. */
  readonly desk: () => Promise<string>;
}

type Scene = (stage: Stage) => Promise<void>;

/** From the question why it does not show to the receipt. */
const binding: Scene = async (stage) => {
  const phone = await newPhonePage(stage.browser);
  const chat = phone.page;
  await chat.goto(stage.url);
  await hears(chat, '您好，我是共济助手');
  await say(chat, '绑了家庭共济怎么没显示');
  await chat.getByRole('button', { name: '亲情账户' }).click();
  await hears(chat, '不是“家庭共济”');
  await take(chat, 'cause');
  await chat.getByRole('button', { name: '现在就办' }).click();
  await say(chat, '我妈');
  await hears(chat, '您的职工医保在哪个省');
  await say(chat, '杭州');
  await chat.getByRole('button', { name: '同一个省' }).click();
  await verify(stage, phone, '张伟（示例）');
  await hears(chat, '姓名和证件号');
  await take(chat, 'progress');
  const secure = await openSecure(phone);
  await secure.getByLabel('姓名', { exact: true }).first().fill('王秀兰');
  await secure.getByLabel('证件号码').fill('990101195811200123');
  await secure.getByLabel('我已阅读并同意').check();
  await secure.getByRole('button', { name: '键入姓名作为签名' }).click();
  await secure.locator('#typed').fill('张伟');
  await secure.locator('#typed').scrollIntoViewIfNeeded();
  await take(secure, 'secure');
  await secure.getByRole('button', { name: '确认并提交' }).click();
  await secure.getByRole('heading', { name: '已提交' }).waitFor();
  await secure.close();
  await hears(chat, '请您核对');
  await take(chat, 'confirm');
  await chat.getByRole('button', { name: '确认提交' }).click();
  await hears(chat, '已经生效');
  await chat.getByRole('button', { name: '打印回执' }).last().scrollIntoViewIfNeeded();
  await take(chat, 'receipt');
  await chat.getByRole('button', { name: '大字' }).click();
  await take(chat, 'elder');
  await phone.context.close();
};

const order: Scene = async (stage) => {
  const phone = await newPhonePage(stage.browser, { colorScheme: 'dark' });
  await phone.page.goto(stage.url);
  await say(phone.page, '我要改扣款顺序，我在西安');
  await verify(stage, phone, '田芳（示例）');
  await hears(phone.page, '您要把谁排到第一个');
  const page = await openSecure(phone);
  await page.getByRole('button', { name: '就按这个顺序' }).waitFor();
  await take(page, 'order');
  await phone.context.close();
};

const premium: Scene = async (stage) => {
  const phone = await newPhonePage(stage.browser);
  await phone.page.goto(stage.url);
  await say(phone.page, '帮我给女儿缴明年的居民医保，我在石家庄参保');
  await verify(stage, phone, '秦川（示例）');
  await hears(phone.page, '请您核对');
  const page = await openSecure(phone);
  await page.getByRole('button', { name: '确认缴费' }).waitFor();
  await take(page, 'premium');
  await phone.context.close();
};

const invitation: Scene = async (stage) => {
  const phone = await newPhonePage(stage.browser);
  await phone.page.goto(stage.url);
  await say(phone.page, '接受邀请');
  await verify(stage, phone, '孙丽（示例）');
  await hears(phone.page, '请您看清楚再决定');
  const page = await openSecure(phone);
  await page.getByRole('button', { name: '不接受' }).waitFor();
  await take(page, 'invitation');
  await phone.context.close();
};

const widget: Scene = async (stage) => {
  const phone = await newPhonePage(stage.browser, { size: DESK });
  await phone.page.goto(stage.site);
  await phone.page.getByRole('button', { name: '共济助手' }).click();
  const frame = phone.page.frameLocator('gongji-widget iframe');
  await frame.getByText('您好，我是共济助手').waitFor();
  await frame.getByLabel('输入消息').fill('家庭共济是什么');
  await frame.getByLabel('输入消息').press('Enter');
  await frame.getByText('文件出处').last().waitFor();
  await take(phone.page, 'widget');
  await phone.context.close();
};

/** A citizen wants a person; what a clerk, a curator and an auditor see of it. */
const desk: Scene = async (stage) => {
  const phone = await newPhonePage(stage.browser);
  await phone.page.goto(stage.url);
  await say(phone.page, '绑了家庭共济怎么没显示');
  await phone.page.getByRole('button', { name: '亲情账户' }).click();
  await hears(phone.page, '不是“家庭共济”');
  await say(phone.page, '转人工');
  await hears(phone.page, '登记号');
  const screen = await newPhonePage(stage.browser, { size: { width: 1280, height: 860 } });
  const { page } = screen;
  await page.goto(await stage.desk());
  await page.getByRole('cell', { name: /网页/u }).first().waitFor();
  await take(page, 'desk-cases');
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('button', { name: '认领' }).click();
  await page.getByRole('button', { name: '答复', exact: true }).click();
  await page.getByRole('heading', { name: '可以参考' }).waitFor();
  await take(page, 'desk-case');
  await page.getByRole('link', { name: '看整段对话和流程位置' }).click();
  await page.locator('.state.now').first().waitFor();
  await take(page, 'desk-talk');
  await page.getByRole('link', { name: '知识', exact: true }).click();
  await page.getByRole('button', { name: '规则和入口' }).click();
  await page.getByRole('heading', { name: '办理入口' }).waitFor();
  await take(page, 'desk-knowledge');
  await page.getByRole('link', { name: '审计', exact: true }).click();
  await page.getByRole('button', { name: '核对全部记录' }).click();
  await page.getByText('没有被改动').waitFor();
  await take(page, 'desk-audit');
  await screen.context.close();
  const pocket = await newPhonePage(stage.browser, { colorScheme: 'dark' });
  await pocket.page.goto(await stage.desk());
  await pocket.page.getByRole('button', { name: '未办结', exact: true }).click();
  await pocket.page.getByRole('table').getByRole('link').first().click();
  await pocket.page.getByRole('heading', { name: '办理' }).waitFor();
  await take(pocket.page, 'desk-phone');
  await pocket.context.close();
  await phone.context.close();
};

const SCENES: { readonly [name: string]: Scene } = { binding, order, premium, invitation, widget, desk };

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('输入消息').fill(text);
  await page.getByLabel('输入消息').press('Enter');
}

async function hears(page: Page, text: string): Promise<void> {
  await page.locator('.bot').filter({ hasText: text }).last().waitFor();
}

/** The newest secure page in its own tab, as a tap on the button opens it. */
async function openSecure({ page, context }: PhonePage): Promise<Page> {
  const link = page.getByRole('link', { name: '打开安全页面' }).last();
  const [secure] = await Promise.all([context.waitForEvent('page'), link.click()]);
  return secure;
}

async function verify({ code }: Stage, phone: PhonePage, label: string): Promise<void> {
  await hears(phone.page, '请打开安全页面核验身份');
  const secure = await openSecure(phone);
  await secure.getByRole('radio', { name: new RegExp(`^${label}`, 'u') }).check();
  await secure.getByRole('button', { name: '获取验证码' }).click();
  await secure.getByLabel('验证码').waitFor();
  await secure.getByLabel('验证码').fill(code());
  await secure.getByRole('button', { name: '确认身份' }).click();
  await secure.getByRole('heading', { name: '身份已确认' }).waitFor();
  await secure.close();
  await hears(phone.page, '核验好了');
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  console.log(`docs/pictures/${name}.png`);
}

async function openSite(home: () => string): Promise<Server> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="zh-CN"><head><title>示例市医疗保障局</title></head>
      <body style="font-family:sans-serif"><h1>示例市医疗保障局</h1><p>办事指南　政策法规　便民查询</p>
      <script async src="${home()}/widget.js"></script></body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function main(): Promise<void> {
  await buildPages({ force: false });
  mkdirSync(PICTURES, { recursive: true });
  const dir = mkdtempSync(join(tmpdir(), 'gongji-pictures-'));
  const told: string[] = [];
  let url = '';
  const site = await openSite(() => url);
  const siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`;
  const house = await startGongji(
    readConfig({
      GONGJI_DATA: dir,
      GONGJI_PORT: '0',
      GONGJI_LOG: 'silent',
      GONGJI_EMBED_ORIGINS: siteUrl,
    }),
    (line) => told.push(line),
  );
  url = house.url;
  const browser = await launchBrowser();
  const code = () => /\d{6}/u.exec(told.findLast((line) => /\d{6}/u.test(line)) ?? '')?.[0] ?? '';
  try {
    const wanted = process.argv.slice(2);
    const link = async () => (await house.desk?.link()) ?? '';
    for (const [name, scene] of Object.entries(SCENES)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      await scene({ browser, url, site: siteUrl, code, desk: link });
    }
  } finally {
    await browser.close();
    await house.stop();
    site.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

await main();
