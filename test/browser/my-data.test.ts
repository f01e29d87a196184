/** 我的数据 in a real browser: seen, corrected, taken away, and deleted with a receipt. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { axe, foreignRequests, launchBrowser, newPhonePage, type PhonePage, screenshot } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'gongji-my-data-'));
const told: string[] = [];
let browser: Browser;
let house: Running;
let phone: PhonePage;
let chat: Page;
let page: Page;

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

async function openSecure(): Promise<Page> {
  const link = chat.getByRole('link', { name: '打开安全页面' }).last();
  const [opened] = await Promise.all([phone.context.waitForEvent('page'), link.click()]);
  return opened;
}

const lastCode = (): string => /\d{6}/u.exec(told.findLast((line) => /\d{6}/u.test(line)) ?? '')?.[0] ?? '';

describe('a citizen who wants to know what is stored', () => {
  it('verifies and sees it, class by class, with nothing for axe to find', async () => {
    await chat.goto(house.url);
    await chat.getByLabel('输入消息').fill('我的数据');
    await chat.getByLabel('输入消息').press('Enter');
    await chat.locator('.bot').filter({ hasText: '确认是您本人' }).last().waitFor();
    const verify = await openSecure();
    await verify.getByText('郑凯（示例）').click();
    await verify.getByRole('button', { name: '获取验证码' }).click();
    await verify.getByLabel('验证码').fill(lastCode());
    expect(await verify.getByText('随时可以在“我的数据”里撤回').isVisible()).toBe(true);
    await verify.getByRole('button', { name: '确认身份' }).click();
    await verify.getByRole('heading', { name: '身份已确认' }).waitFor();
    await chat.locator('.bot').filter({ hasText: '我们现在存着您的这些' }).last().waitFor();

    page = await openSecure();
    await page.getByRole('heading', { name: '姓名和证件号', exact: true }).waitFor();
    expect(await page.getByText('郑凯', { exact: true }).isVisible()).toBe(true);
    expect(await page.title()).not.toContain('郑凯');
    expect(page.url()).not.toContain('郑');
    await screenshot(page, 'my-data');
    expect(await axe(page)).toEqual([]);
  });

  it('sees it again after a reload, but in no other browser', async () => {
    await page.reload();
    await page.getByRole('heading', { name: '姓名和证件号', exact: true }).waitFor();
    const other = await newPhonePage(browser);
    await other.page.goto(page.url());
    await other.page.getByRole('heading', { name: '这个链接是给另一个人的' }).waitFor();
    expect(await other.page.getByText('郑凯').count()).toBe(0);
    await other.context.close();
  });

  it('corrects how to be called, and takes a copy away', async () => {
    await page.getByLabel('怎么称呼您').fill('郑老师');
    await page.getByRole('button', { name: '保存' }).last().click();
    await page.getByRole('status').filter({ hasText: '已经改好' }).waitFor();
    await chat.locator('.bot').filter({ hasText: '记住了，郑老师' }).last().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '下载成 JSON' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^gongji-\d{4}-\d{2}-\d{2}\.json$/u);
    const copy = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(copy).toMatchObject({ person: { name: '郑凯' }, salutation: '郑老师' });
  });

  it('deletes everything after a tick, and is given a receipt in both places', async () => {
    await page.getByRole('button', { name: '删除我的全部数据' }).click();
    await page.getByText('请先勾选').waitFor();
    await page.getByLabel('我知道删了找不回来').check();
    await page.getByRole('button', { name: '删除我的全部数据' }).click();
    await page.getByRole('heading', { name: '已经删除' }).waitFor();
    const receipt = /SC-[0-9A-F]{4}-[0-9A-F]{4}/u.exec(
      (await page.locator('.receipt').textContent()) ?? '',
    )?.[0];
    expect(receipt).toBeDefined();
    await chat
      .locator('.bot')
      .filter({ hasText: receipt as string })
      .last()
      .waitFor();
    expect(await axe(page)).toEqual([]);
    expect(foreignRequests(phone, house.url)).toEqual([]);
  });
});
