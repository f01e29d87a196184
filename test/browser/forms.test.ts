/** The pages that show what the chat asks as well: who pays first, a premium, an invitation. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SecurePurpose } from '../../src/domain/conversation.ts';
import { openScriptedHouse, type ScriptedHouse } from '../web/scripted-house.ts';
import {
  axe,
  foreignRequests,
  launchBrowser,
  newPhonePage,
  type PhoneOptions,
  type PhonePage,
  screenshot,
} from './harness.ts';

const DESK = { width: 1280, height: 800 };
let browser: Browser;
let house: ScriptedHouse;
let home: string;
let phone: PhonePage;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  house = await openScriptedHouse();
  home = (await house.server.listen(0, '127.0.0.1')).url;
});
afterEach(async () => {
  await phone.context.close();
  await house.connector.stop();
  await house.server.close();
});

async function open(purpose: SecurePurpose, options: PhoneOptions = {}): Promise<Page> {
  phone = await newPhonePage(browser, options);
  await phone.page.goto(`${home}/s/${await house.tiny.link(purpose)}`);
  await phone.page.getByRole('heading', { level: 1 }).waitFor();
  return phone.page;
}

// A refused form answers with a status of its own, which Chromium reports in the console.
async function expectClean(page: Page): Promise<void> {
  expect(await axe(page)).toEqual([]);
  expect(foreignRequests(phone, home)).toEqual([]);
  expect(phone.complaints.filter((line) => !/status of 4(22|09)/u.test(line))).toEqual([]);
}

const names = (page: Page) => page.locator('.order strong').allInnerTexts();

describe('the order of payers', () => {
  it.each(['light', 'dark'] as const)('is set by dragging with a pointer, in %s', async (colorScheme) => {
    const page = await open('order', { colorScheme });
    expect(await names(page)).toEqual(['田*', '李*', '田*明']);
    const grips = page.locator('.grip');
    const [from, to] = [await grips.nth(2).boundingBox(), await grips.nth(0).boundingBox()];
    if (from === null || to === null) throw new Error('the rows have no size');
    await page.mouse.move(from.x + 10, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(to.x + 10, to.y + 10, { steps: 12 });
    await page.mouse.up();
    expect(await names(page)).toEqual(['田*明', '田*', '李*']);
    // Once let go, the pointer moves nothing any more.
    await page.mouse.move(from.x + 10, from.y + 10, { steps: 4 });
    expect(await names(page)).toEqual(['田*明', '田*', '李*']);
    await screenshot(page, `order-${colorScheme}`);
    await expectClean(page);
    await page.getByRole('button', { name: '就按这个顺序' }).dblclick();
    await page.getByRole('heading', { name: '顺序收到了' }).waitFor();
    await expectClean(page);
    expect(house.tiny.done).toEqual([
      { purpose: 'order', slots: { first: 'b3', order: ['b3', 'b1', 'b2'] } },
    ]);
  });

  it('is set by keyboard alone, on a desk screen, and each move is told', async () => {
    const page = await open('order', { size: DESK });
    for (let steps = 0; steps < 12; steps += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent')) === '上移田*明') break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('田*明 现在排第 2 位').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    expect(await names(page)).toEqual(['田*明', '田*', '李*']);
    // At the top the button stays where it is and does nothing more; the focus is not lost.
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('上移田*明');
    await expectClean(page);
    while ((await page.evaluate('document.activeElement.textContent')) !== '就按这个顺序')
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '顺序收到了' }).waitFor();
    expect(house.tiny.done).toHaveLength(1);
  });
});

describe('a premium', () => {
  it.each([
    ['on a phone in the light', {}],
    ['on a phone in the dark', { colorScheme: 'dark' }],
    ['on a desk screen', { size: DESK }],
  ] as const)('is shown whole and paid upon a read yes, %s', async (where, options) => {
    const page = await open('premium', options);
    for (const words of ['秦*（子女）', '400 元', '3180.50 元', '2026-12-25']) {
      expect(await page.getByText(words).isVisible()).toBe(true);
    }
    await page.getByRole('button', { name: '确认缴费' }).click();
    await page.getByText('请先看清楚上面的内容，再勾选同意。').waitFor();
    await page.waitForFunction("document.activeElement?.id === 'agreed'");
    await screenshot(page, `premium-${where.replaceAll(' ', '-')}`);
    await expectClean(page);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: '确认缴费' }).dblclick();
    await page.getByRole('heading', { name: '收到您的确认' }).waitFor();
    await expectClean(page);
    expect(house.tiny.done.map(({ slots }) => slots.answer)).toEqual(['yes']);
  });

  it('is not paid again by the back button, a reload or a second tab', async () => {
    const page = await open('premium');
    const address = page.url();
    const other = await phone.context.newPage();
    await other.goto(address);
    await other.getByLabel('我看清楚了').check();
    await page.getByLabel('我看清楚了').check();
    await page.getByRole('button', { name: '确认缴费' }).click();
    await page.getByRole('heading', { name: '收到您的确认' }).waitFor();
    await other.getByRole('button', { name: '确认缴费' }).click();
    await other.getByRole('heading', { name: '已经完成' }).waitFor();
    await page.goto('about:blank');
    await page.goBack();
    await page.getByRole('heading', { name: '已经完成' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '已经完成' }).waitFor();
    expect(house.tiny.done).toHaveLength(1);
  });

  it('keeps what was filled in when the network fails, and says so in plain words', async () => {
    const page = await open('premium');
    await page.getByLabel('我看清楚了').check();
    await page.route('**/api/secure/**', (route) => route.abort());
    await page.getByRole('button', { name: '确认缴费' }).click();
    await page.getByText('网络没有连上，刚才的内容还没有提交').waitFor();
    await page.unroute('**/api/secure/**');
    expect(await page.getByLabel('我看清楚了').isChecked()).toBe(true);
    await page.getByRole('button', { name: '确认缴费' }).click();
    await page.getByRole('heading', { name: '收到您的确认' }).waitFor();
  });

  it('leaves nothing personal in the address, the title or what the browser keeps', async () => {
    const page = await open('premium');
    const kept = await page.evaluate(
      'JSON.stringify([document.title, {...localStorage}, {...sessionStorage}, document.cookie])',
    );
    expect(kept).toBe('["安全页面 · 共济助手",{},{},""]');
    expect(new URL(page.url()).pathname).toMatch(/^\/s\/[\w-]{43}$/u);
    // The one secret by which the link knows its browser again.
    const cookies = await phone.context.cookies();
    expect(cookies.map(({ name, httpOnly }) => ({ name, httpOnly }))).toEqual([
      { name: 'gongji_page', httpOnly: true },
    ]);
    expect(cookies[0]?.value).toMatch(/^[\w-]{43}$/u);
  });
});

describe('an invitation', () => {
  it.each(['light', 'dark'] as const)(
    'is declined without reading or ticking, in %s',
    async (colorScheme) => {
      const page = await open('invitation', { colorScheme });
      await page.getByRole('button', { name: '大字' }).click();
      expect(await page.getByText('对方是您的配偶').isVisible()).toBe(true);
      await screenshot(page, `invitation-${colorScheme}`);
      await expectClean(page);
      await page.getByRole('button', { name: '不接受' }).click();
      await page.getByText('您不接受“赵*”的邀请').waitFor();
      await expectClean(page);
      expect(house.tiny.done).toEqual([
        { purpose: 'invitation', slots: { invitationNo: 'i1', answer: 'no' } },
      ]);
    },
  );
});
