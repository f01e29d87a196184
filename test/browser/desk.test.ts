/** The desk in a real browser: a whole case between a citizen's phone and a clerk's screen, every page, and the login. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { type Issuer, openIssuer } from '../web/desk-issuer.ts';
import { axe, foreignRequests, launchBrowser, newPhonePage, type PhonePage, screenshot } from './harness.ts';

const SCREEN = { width: 1280, height: 860 };
const dir = mkdtempSync(join(tmpdir(), 'gongji-desk-'));
const told: string[] = [];
let browser: Browser;
let issuer: Issuer;
let house: Running;
let phone: PhonePage;
let staff: PhonePage;
let chat: Page;
let desk: Page;

beforeAll(async () => {
  // The provider has to know where the desk is, and the desk where the provider is.
  const port = await freePort();
  issuer = await openIssuer(`http://127.0.0.1:${port}`);
  issuer.people.set('lead', { name: '赵组长', groups: ['leads'] });
  issuer.people.set('guest', { name: '访客', groups: ['canteen'] });
  const config = readConfig({
    GONGJI_DATA: dir,
    GONGJI_PORT: String(port),
    GONGJI_LOG: 'silent',
    GONGJI_OIDC_ISSUER: issuer.url,
    GONGJI_OIDC_CLIENT_ID: issuer.clientId,
    GONGJI_OIDC_CLIENT_SECRET: issuer.clientSecret,
    GONGJI_OIDC_SCOPE: 'openid profile groups',
    GONGJI_OIDC_ROLES: 'lead=leads',
  });
  [browser, house] = await Promise.all([launchBrowser(), startGongji(config, (line) => told.push(line))]);
  phone = await newPhonePage(browser);
  staff = await newPhonePage(browser, { size: SCREEN });
  chat = phone.page;
  desk = staff.page;
});

afterAll(async () => {
  await browser?.close();
  await house?.stop();
  await issuer?.close();
  rmSync(dir, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

async function say(text: string): Promise<void> {
  await chat.getByLabel('输入消息').fill(text);
  await chat.getByLabel('输入消息').press('Enter');
}
const hears = (text: string) => chat.locator('.bot').filter({ hasText: text }).last().waitFor();
const link = async (name: string, roles?: ('clerk' | 'curator' | 'lead' | 'auditor')[]) =>
  (await house.desk?.link({ name, ...(roles === undefined ? {} : { roles }) })) ?? '';
const done = () => desk.getByRole('status').filter({ hasText: '已办好' }).waitFor();
const open = async (page: Page, name: string) => {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

describe('a case between two people', () => {
  it('begins when the citizen wants a person', async () => {
    await chat.goto(house.url);
    await hears('您好，我是共济助手');
    await say('绑了家庭共济怎么没显示');
    await hears('亲情账户');
    await say('转人工');
    await hears('号码');
  });

  it('is found by a clerk who came in by a link that then opens nothing', async () => {
    const address = await link('李坐席', ['clerk']);
    await desk.goto(address);
    await desk.getByRole('heading', { level: 1, name: '案件' }).waitFor();
    expect(desk.url()).toBe(`${house.url}/desk`);
    const other = await newPhonePage(browser, { size: SCREEN });
    await other.page.goto(address);
    await other.page.getByRole('alert').filter({ hasText: '已经用过或过期' }).waitFor();
    await other.context.close();
    await desk
      .getByRole('row')
      .filter({ hasText: '转人工' })
      .or(desk.getByRole('row').nth(1))
      .first()
      .waitFor();
  });

  it('is claimed and answered with the keyboard alone, and the citizen sees both', async () => {
    await tabTo('link', /^\d{6}-\d{4}$/u);
    await desk.keyboard.press('Enter');
    await desk.getByRole('heading', { level: 1, name: /案件 \d/u }).waitFor();
    await tabTo('button', /^认领$/u);
    await desk.keyboard.press('Enter');
    await done();
    await tabTo('button', /^答复$/u);
    await desk.keyboard.press('Enter');
    await tabTo('textbox', /答复市民/u);
    await desk.keyboard.type('您好，我看到您只加了亲情账户，还没有办家庭共济。');
    await tabTo('button', /^发送$/u);
    await desk.keyboard.press('Enter');
    await hears('还没有办家庭共济');
    await desk.locator('.talk .staff').filter({ hasText: '还没有办家庭共济' }).waitFor();
    await screenshot(desk, 'desk-case');
    expect(await axe(desk)).toEqual([]);
  });

  it('shows what the citizen answers without being asked', async () => {
    await say('那我现在办');
    await desk.locator('.talk .citizen').filter({ hasText: '那我现在办' }).waitFor();
  });

  it('takes a script for the words it is', async () => {
    const script = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await say(script);
    await desk.locator('.talk .citizen').filter({ hasText: 'onerror' }).waitFor();
    await desk.getByRole('button', { name: '备注', exact: true }).click();
    await desk.getByLabel(/^备注/u).fill(script);
    await desk.getByRole('button', { name: '记下' }).click();
    await desk.locator('.timeline li').filter({ hasText: 'onerror' }).first().waitFor();
    expect(await desk.locator('main img').count()).toBe(0);
    expect(await desk.title()).toBe('案件 · 坐席工作台');
    expect(staff.complaints).toEqual([]);
  });

  it('is closed with its true cause, and opened again', async () => {
    await desk.getByRole('button', { name: '办结', exact: true }).click();
    await desk.getByLabel('真正的原因').selectOption({ index: 1 });
    await desk.getByLabel(/^说明/u).fill('已教他怎么办');
    await desk.getByRole('button', { name: '办结，请市民评价' }).click();
    await hears('满意');
    await desk.getByRole('heading', { name: '办结' }).waitFor();
    await desk.getByRole('button', { name: '重新打开' }).click();
    await desk.getByLabel(/为什么重新打开/u).fill('还有一个问题');
    await desk.getByRole('button', { name: '重新打开', exact: true }).last().click();
    await desk.getByRole('button', { name: '答复', exact: true }).waitFor();
    await desk.locator('.timeline li').filter({ hasText: '重新打开' }).first().waitFor();
  });

  it('is shown from the other side: the talk, masked, with its place on the drawn flow', async () => {
    await desk.getByRole('link', { name: '看整段对话和流程位置' }).click();
    await desk.getByRole('heading', { name: '现在走到哪里' }).waitFor();
    expect(await desk.locator('.state.now').count()).toBeGreaterThan(0);
    await desk.getByText('现在在 human').waitFor();
    await screenshot(desk, 'desk-talk');
    expect(await axe(desk)).toEqual([]);
  });
});

/** By Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(role: string, name: RegExp): Promise<void> {
  const wanted = desk.getByRole(role as 'button', { name }).first();
  await wanted.waitFor();
  for (let n = 0; n < 80; n += 1) {
    if ((await wanted.and(desk.locator(':focus')).count()) > 0) return;
    await desk.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to ${role} ${String(name)}`);
}

describe('every page', () => {
  const PAGES = ['案件', '对话', '知识', '没答上的', '申请', '审计', '查看记录'];

  it.each([
    ['a light screen', { size: SCREEN }],
    ['a dark phone', { colorScheme: 'dark' as const }],
  ])('on %s has nothing axe finds, asks nobody else, and breaks no policy', async (name, options) => {
    const visitor = await newPhonePage(browser, options);
    const { page } = visitor;
    await page.goto(await link('示例坐席'));
    await page.getByRole('heading', { level: 1, name: '案件' }).waitFor();
    for (const label of PAGES) {
      await open(page, label);
      await page.getByText('正在读取').waitFor({ state: 'detached' });
      expect([name, label, await axe(page)]).toEqual([name, label, []]);
      expect([label, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([
        label,
        true,
      ]);
      expect(await page.title()).toBe(`${label} · 坐席工作台`);
    }
    expect(foreignRequests(visitor, house.url)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it('says more when it is opened: rules, what will change, an answer, the check of the trail', async () => {
    await desk.goto(await link('示例坐席'));
    await open(desk, '知识');
    await desk.getByRole('button', { name: '规则和入口' }).click();
    await desk.getByRole('heading', { name: '办理入口' }).waitFor();
    expect(await axe(desk)).toEqual([]);
    await desk.getByRole('button', { name: '将要变的' }).click();
    await desk.getByText('会自己改变的内容').waitFor();
    await desk.getByRole('button', { name: '问一句试试' }).click();
    await desk.getByLabel('市民这样问').fill('家庭共济是什么');
    await desk.getByRole('button', { name: '看会怎么答' }).click();
    await desk.getByRole('link', { name: '看这一条' }).first().click();
    await desk.getByRole('heading', { name: '市民会读到' }).waitFor();
    await desk.getByRole('button', { name: '停用会影响什么' }).click();
    await desk.getByText(/试问了 \d+ 句/u).waitFor();
    expect(await axe(desk)).toEqual([]);
    await open(desk, '审计');
    await desk.getByRole('button', { name: '核对全部记录' }).click();
    await desk.getByText('没有被改动').waitFor();
    await screenshot(desk, 'desk-audit');
    expect(await axe(desk)).toEqual([]);
  });
});

describe('logging in at a provider', () => {
  it('leads there and back, and out again', async () => {
    const visitor = await newPhonePage(browser, { size: SCREEN });
    const { page } = visitor;
    await page.goto(`${house.url}/desk`);
    await page.getByRole('heading', { level: 1, name: '坐席工作台' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('link', { name: '登录' }).click();
    await page.getByPlaceholder('Enter any login').fill('lead');
    await page.getByPlaceholder('and password').fill('x');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { level: 1, name: '案件' }).waitFor();
    await page.getByText('赵组长').waitFor();
    const cookies = (await visitor.context.cookies()).filter(({ name }) => name === 'gongji_desk');
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
    await page.getByRole('button', { name: '退出' }).click();
    await page.getByRole('button', { name: /yes|sign me out/iu }).click();
    await page.getByRole('link', { name: '登录' }).waitFor();
    await page.goBack();
    await page.goto(`${house.url}/desk`);
    await page.getByRole('link', { name: '登录' }).waitFor();
    await visitor.context.close();
  });

  it('turns away who has no role, in words', async () => {
    const visitor = await newPhonePage(browser, { size: SCREEN });
    const { page } = visitor;
    await page.goto(`${house.url}/desk`);
    await page.getByRole('link', { name: '登录' }).click();
    await page.getByPlaceholder('Enter any login').fill('guest');
    await page.getByPlaceholder('and password').fill('x');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').filter({ hasText: '没有工作台的角色' }).waitFor();
    expect(page.url()).toBe(`${house.url}/desk`);
    await visitor.context.close();
  });
});
