/** Two people, two browsers, the real house: he has invited her, she answers, and both pages agree. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { axe, foreignRequests, launchBrowser, newPhonePage, type PhonePage, screenshot } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'gongji-couple-'));
const told: string[] = [];
let browser: Browser;
let house: Running;
let his: PhonePage;
let hers: PhonePage;

beforeAll(async () => {
  const config = readConfig({ GONGJI_DATA: dir, GONGJI_PORT: '0', GONGJI_LOG: 'warn' });
  [browser, house] = await Promise.all([launchBrowser(), startGongji(config, (line) => told.push(line))]);
  his = await newPhonePage(browser);
  hers = await newPhonePage(browser, { colorScheme: 'dark', size: { width: 1280, height: 800 } });
  await Promise.all([his, hers].map(({ page }) => page.goto(house.url)));
});

afterAll(async () => {
  await his?.context.close();
  await hers?.context.close();
  await browser?.close();
  await house?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('输入消息').fill(text);
  await page.getByLabel('输入消息').press('Enter');
}

async function hears(page: Page, text: string): Promise<void> {
  await page.locator('.bot').filter({ hasText: text }).last().waitFor();
}

/** Opens the newest secure page in its own tab, as a tap on the button does. */
async function openSecure({ page, context }: PhonePage): Promise<Page> {
  const link = page.getByRole('link', { name: '打开安全页面' }).last();
  const [secure] = await Promise.all([context.waitForEvent('page'), link.click()]);
  return secure;
}

async function verify(phone: PhonePage, label: string): Promise<void> {
  await hears(phone.page, '请打开安全页面核验身份');
  const secure = await openSecure(phone);
  await secure.getByRole('radio', { name: new RegExp(`^${label}`, 'u') }).check();
  await secure.getByRole('button', { name: '获取验证码' }).click();
  await secure.getByLabel('验证码').waitFor();
  const code = /\d{6}/u.exec(told.findLast((line) => line.includes(label)) ?? '')?.[0] ?? '';
  await secure.getByLabel('验证码').fill(code);
  await secure.getByRole('button', { name: '确认身份' }).click();
  await secure.getByRole('heading', { name: '身份已确认' }).waitFor();
  await secure.close();
  await hears(phone.page, '核验好了');
}

describe('a couple', () => {
  it('both say who they are at the same time, each in their own talk', async () => {
    await say(his.page, '查绑定');
    await say(hers.page, '接受邀请');
    await Promise.all([verify(his, '赵强（示例）'), verify(hers, '孙丽（示例）')]);
    await hears(hers.page, '请您看清楚再决定');
    expect(await his.page.locator('body').textContent()).not.toContain('请您看清楚再决定');
  });

  it('she reads the invitation on its page and accepts, and he is told at once', async () => {
    const secure = await openSecure(hers);
    await secure.getByText('对方是您的配偶').first().waitFor();
    await screenshot(secure, 'couple-invitation');
    expect(await axe(secure)).toEqual([]);
    await secure.getByLabel('我看清楚了，同意接受').check();
    await secure.getByRole('button', { name: '接受', exact: true }).click();
    await secure.getByText('您接受了').waitFor();
    await secure.close();
    await hears(hers.page, '家庭共济已经生效');
    await hears(his.page, '已经生效，可以用了');
    await screenshot(his.page, 'couple-his');
    await screenshot(hers.page, 'couple-hers');
    expect(house.app.office.acts()).toEqual([
      expect.objectContaining({ kind: 'answer_invitation', times: 1 }),
    ]);
  });

  it('neither page names the other in full, asks a foreign host, or complains', async () => {
    for (const { page } of [his, hers]) {
      expect(await page.locator('body').textContent()).not.toMatch(/99\d{15}[\dX]/u);
      expect(await axe(page)).toEqual([]);
    }
    expect(await his.page.locator('body').textContent()).not.toContain('孙丽');
    expect(await hers.page.locator('body').textContent()).not.toContain('赵强');
    expect([...foreignRequests(his, house.url), ...foreignRequests(hers, house.url)]).toEqual([]);
    expect([...his.complaints, ...hers.complaints]).toEqual([]);
  });
});
