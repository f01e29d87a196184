/** The figures in a real browser: every chart has words, a table and a file; nothing foreign, nothing axe finds. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatistics } from '../../src/statistics/count.ts';
import { type DeskHouse, openDeskHouse } from '../web/desk-house.ts';
import {
  axe,
  foreignRequests,
  launchBrowser,
  newPhonePage,
  type PhoneOptions,
  screenshot,
} from './harness.ts';

let browser: Browser;
let house: DeskHouse;
let url: string;

beforeAll(async () => {
  browser = await launchBrowser();
  house = await openDeskHouse();
  ({ url } = await house.server.listen(0, '127.0.0.1'));
});
afterAll(async () => {
  await browser?.close();
  await house?.end();
});

const TALKS = 12;

async function fill(): Promise<void> {
  const { app, now, says } = house.world;
  for (let n = 0; n < TALKS; n += 1) await says(`u${n}`, '绑了家庭共济怎么没显示');
  await says('asks', '家庭共济是什么');
  await says('wants', '转人工');
  const clock = { now };
  await createStatistics({ store: app.store, clock, keptDays: () => undefined }).refresh();
}

async function open(options: PhoneOptions) {
  const lead = await house.login(['lead'], '赵组长');
  const phone = await newPhonePage(browser, options);
  const [name = '', value = ''] = lead.cookie.split('=');
  await phone.context.addCookies([{ name, value, url }]);
  await phone.page.goto(`${url}/desk#/figures`);
  await phone.page.getByRole('heading', { name: '统计', exact: true }).waitFor();
  await phone.page.getByRole('heading', { name: '开放数据' }).waitFor();
  return phone;
}

const WIDE = { width: 1280, height: 900 };

describe('the page of figures', () => {
  it('says of every chart that there is nothing yet', async () => {
    const { page, context } = await open({ size: WIDE });
    expect(await page.getByText('这段时间、这个范围里没有数据。').count()).toBe(9);
    await context.close();
  });

  it('shows every chart with words, a table and a file, on a desk and on a phone, light and dark', async () => {
    await fill();
    const looks: readonly PhoneOptions[] = [{ size: WIDE }, { size: WIDE, colorScheme: 'dark' }, {}];
    for (const look of looks) {
      const phone = await open(look);
      const { page } = phone;
      const charts = page.locator('section.figure');
      expect(await charts.count()).toBe(10);
      await page.getByText(`共 ${TALKS + 2} 次咨询`).waitFor();
      await page.locator('.lines canvas').first().waitFor();
      await page.getByText(`${TALKS} / ${TALKS} / 0`).waitFor();
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await page.getByRole('table').count()).toBe(await page.locator('summary').count());
      expect(await page.getByRole('link', { name: /^下载 CSV/u }).count()).toBeGreaterThan(5);
      expect(await axe(page)).toEqual([]);
      await screenshot(
        page,
        `figures-${look.size === undefined ? 'phone' : 'desk'}-${look.colorScheme ?? 'light'}`,
      );
      expect(foreignRequests(phone, url)).toEqual([]);
      expect(phone.complaints).toEqual([]);
      await phone.context.close();
    }
  });

  it('narrows by channel, draws the flow that is chosen, and gives a file of what is shown', async () => {
    const { page, context } = await open({ size: WIDE });
    await page.getByRole('combobox', { name: '流程' }).selectOption('bind');
    const funnel = page.getByRole('region', { name: '流程漏斗' });
    await funnel.getByText('这段时间、这个范围里没有数据。').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: '下载 CSV：各渠道的结果' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^channels-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/u);
    await page.getByRole('combobox', { name: '渠道' }).selectOption('web');
    await page.getByText('这段时间、这个范围里没有数据。').nth(8).waitFor();
    await context.close();
  });
});
