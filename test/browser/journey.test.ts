/** The main conversation, from the first message to the signed binding, in a real browser against the real house. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { axe, foreignRequests, launchBrowser, newPhonePage, type PhonePage, screenshot } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'gongji-journey-'));
const told: string[] = [];
let browser: Browser;
let house: Running;
let phone: PhonePage;
let chat: Page;

beforeAll(async () => {
  const config = readConfig({ GONGJI_DATA: dir, GONGJI_PORT: '0', GONGJI_LOG: 'silent' });
  [browser, house] = await Promise.all([launchBrowser(), startGongji(config, (line) => told.push(line))]);
  phone = await newPhonePage(browser);
  chat = phone.page;
});

afterAll(async () => {
  await phone?.context.close();
  await browser?.close();
  await house?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function say(text: string): Promise<void> {
  await chat.getByLabel('输入消息').fill(text);
  await chat.getByLabel('输入消息').press('Enter');
}

async function hears(text: string): Promise<void> {
  await chat.locator('.bot').filter({ hasText: text }).last().waitFor();
}

/** Opens the newest secure page in its own tab, as a tap on the button does. */
async function openSecure(): Promise<Page> {
  const link = chat.getByRole('link', { name: '打开安全页面' }).last();
  const [page] = await Promise.all([phone.context.waitForEvent('page'), link.click()]);
  return page;
}

const lastCode = (): string => /\d{6}/u.exec(told.findLast((line) => /\d{6}/u.test(line)) ?? '')?.[0] ?? '';

describe('a citizen asks why a binding does not show', () => {
  it('learns the cause with its evidence and source', async () => {
    await chat.goto(house.url);
    await hears('您好，我是共济助手');
    await say('绑了家庭共济怎么没显示');
    await chat.getByRole('button', { name: '亲情账户' }).click();
    await hears('不是“家庭共济”');
    await hears('您说：');
    await screenshot(chat, 'journey-cause');
    expect(await axe(chat)).toEqual([]);
  });

  it('proves who they are on the secure page', async () => {
    await chat.getByRole('button', { name: '现在就办' }).click();
    await hears('他（她）是您的什么人');
    await chat.getByText('第 1 步，共 6 步').waitFor();
    await say('我妈');
    await hears('您的职工医保在哪个省');
    await say('杭州');
    await chat.getByRole('button', { name: '同一个省' }).click();
    await hears('请打开安全页面核验身份');
    const secure = await openSecure();
    await secure.getByLabel(/张伟/u).check();
    await secure.getByRole('button', { name: '获取验证码' }).click();
    await secure.getByLabel('验证码').fill(lastCode());
    expect(await axe(secure)).toEqual([]);
    await secure.getByRole('button', { name: '确认身份' }).click();
    await secure.getByRole('heading', { name: '身份已确认' }).waitFor();
    await secure.close();
    await hears('核验好了');
  });

  it('names the relative, reads the letter and signs', async () => {
    await hears('姓名和证件号');
    await chat.getByText('第 5 步，共 6 步').waitFor();
    const secure = await openSecure();
    await secure.getByLabel('姓名', { exact: true }).first().fill('王秀兰');
    await secure.getByLabel('证件号码').fill('990101195811200123');
    await secure.getByLabel('我已阅读并同意').check();
    await secure.getByRole('button', { name: '键入姓名作为签名' }).click();
    await secure.locator('#typed').fill('张伟');
    await secure.getByRole('button', { name: '确认并提交' }).click();
    await secure.getByRole('heading', { name: '已提交' }).waitFor();
    await secure.close();
    await hears('请您核对');
    await screenshot(chat, 'journey-confirm');
  });

  it('says yes, and the binding is in force', async () => {
    await chat.getByRole('button', { name: '确认提交' }).click();
    await hears('已经生效');
    await hears('我又查了一遍');
    await screenshot(chat, 'journey-done');
    expect(house.app.office.acts()).toEqual([expect.objectContaining({ kind: 'bind', times: 1 })]);
  });

  it('finds the talk again after a reload, and nothing was asked of a foreign host', async () => {
    await chat.reload();
    await hears('已经生效');
    expect(await chat.locator('body').textContent()).not.toContain('990101195811200123');
    expect(await axe(chat)).toEqual([]);
    expect(foreignRequests(phone, house.url)).toEqual([]);
    expect(phone.complaints).toEqual([]);
  });
});
