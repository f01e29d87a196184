/** From the first words to a binding ready to confirm without a pointer: only Tab, Enter, Space and typing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { axe, foreignRequests, launchBrowser, newPhonePage, type PhonePage } from './harness.ts';

/** More stops than any page here has. */
const STOPS_MOST = 30;
const dir = mkdtempSync(join(tmpdir(), 'gongji-keyboard-'));
const told: string[] = [];
let browser: Browser;
let house: Running;
let phone: PhonePage;
let chat: Page;

beforeAll(async () => {
  const config = readConfig({ GONGJI_DATA: dir, GONGJI_PORT: '0', GONGJI_LOG: 'silent' });
  [browser, house] = await Promise.all([launchBrowser(), startGongji(config, (line) => told.push(line))]);
  phone = await newPhonePage(browser, { size: { width: 1280, height: 800 } });
  chat = phone.page;
});

afterAll(async () => {
  await phone?.context.close();
  await browser?.close();
  await house?.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Focus {
  /** Its label or own text. */
  readonly name: string;
  readonly id: string;
  /** Nothing has it. */
  readonly isBody: boolean;
  /** Drawn around the element, and neither cut off by what holds it nor out of the window. */
  readonly isSeen: boolean;
  /** What a screen reader adds to the name, of the element or of its group. */
  readonly described: string;
  readonly isInvalid: boolean;
}

// Text, not a function: the page's types are not known to the tests of the server.
const FOCUS = `(() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const box = at.getBoundingClientRect();
  let isSeen = at.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  for (let holder = at.parentElement; holder && holder !== document.body; holder = holder.parentElement) {
    if (getComputedStyle(holder).overflowX === 'visible') continue;
    const edge = holder.getBoundingClientRect();
    if (box.left - ring < edge.left || box.right + ring > edge.right) isSeen = false;
  }
  const text = (element) => (element ? element.textContent.trim() : '');
  const group = at.closest('fieldset');
  const described = [at, group].flatMap((element) =>
    ((element && element.getAttribute('aria-describedby')) || '').split(' ').filter(Boolean));
  return {
    name: at.getAttribute('aria-label') || text(at.labels && at.labels[0]) || text(at),
    id: at.id,
    isBody: at === document.body,
    isSeen,
    described: described.map((id) => text(document.getElementById(id))).join(' '),
    isInvalid: at.getAttribute('aria-invalid') === 'true',
  };
})()`;

const focus = (page: Page): Promise<Focus> => page.evaluate(FOCUS);

/** Goes from stop to stop until `name` has the focus; each stop on the way must show that it has it. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let stops = 0; stops < STOPS_MOST; stops += 1) {
    await page.keyboard.press(key);
    const at = await focus(page);
    // Past the last stop the focus is in the browser's own bars.
    if (at.isBody) continue;
    expect(at).toMatchObject({ isSeen: true });
    if (at.name.includes(name)) return;
    passed.push(at.name.slice(0, 20));
  }
  throw new Error(`${key} never reaches ${name}: ${passed.join(' > ')}`);
}

/** The field that a refused form put the focus on, once the focus is there. */
async function faultAt(page: Page, id: string): Promise<Focus> {
  await page.locator(`#${id}:focus`).waitFor();
  const at = await focus(page);
  expect(at).toMatchObject({ isSeen: true });
  expect(await page.getByRole('alert').textContent()).toContain('处');
  return at;
}

async function cleanInBothLights(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
  }
}

/** Types into the chat; the focus must be in its field. */
async function say(text: string): Promise<void> {
  await chat.keyboard.insertText(text);
  await chat.keyboard.press('Enter');
}

async function hears(text: string): Promise<void> {
  await chat.locator('.bot').filter({ hasText: text }).last().waitFor();
}

async function openSecure(): Promise<Page> {
  await tabTo(chat, '打开安全页面', 'Shift+Tab');
  const [page] = await Promise.all([phone.context.waitForEvent('page'), chat.keyboard.press('Enter')]);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const lastCode = (): string => /\d{6}/u.exec(told.findLast((line) => /\d{6}/u.test(line)) ?? '')?.[0] ?? '';
const wrongCode = (): string => lastCode().replace(/\d$/u, (last) => String((Number(last) + 1) % 10));

describe('by keyboard alone, a citizen', () => {
  it('asks for a binding in the chat', async () => {
    await chat.goto(house.url);
    await hears('您好，我是共济助手');
    await tabTo(chat, '输入消息');
    await say('我要给我妈绑定家庭共济');
    await hears('您的职工医保在哪个省');
    await say('杭州');
    await hears('同一个省');
    await say('同一个省');
    await hears('请打开安全页面核验身份');
  });

  it('verifies who they are, and is led to what is missing', async () => {
    const page = await openSecure();
    await tabTo(page, '获取验证码');
    await page.keyboard.press('Enter');
    expect((await faultAt(page, 'person')).described).toContain('请先选择您是哪一位');
    await cleanInBothLights(page);
    await page.keyboard.press('Space');
    for (let steps = 0; steps < STOPS_MOST && !(await focus(page)).name.includes('张伟'); steps += 1) {
      await page.keyboard.press('ArrowDown');
    }
    expect((await focus(page)).name).toContain('张伟');
    await tabTo(page, '获取验证码');
    await page.keyboard.press('Enter');

    await page.locator('#code:focus').waitFor();
    await page.keyboard.type(wrongCode());
    await page.keyboard.press('Enter');
    await page.getByText('验证码不对').waitFor();
    expect(await faultAt(page, 'code')).toMatchObject({
      isInvalid: true,
      described: expect.stringContaining('验证码不对'),
    });
    await cleanInBothLights(page);

    // Changing one's mind loses neither the choice nor the place.
    await tabTo(page, '换一个人');
    await page.keyboard.press('Enter');
    await page.locator('[type=radio]:focus').waitFor();
    expect(await focus(page)).toMatchObject({ name: expect.stringContaining('张伟'), isSeen: true });
    await tabTo(page, '获取验证码');
    await page.keyboard.press('Enter');
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type(lastCode());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '身份已确认' }).waitFor();
    expect((await focus(page)).name).toBe('身份已确认');
    await page.close();
    await hears('核验好了');
  });

  it('names the relative, reads the letter, signs by typing, and may confirm in the chat', async () => {
    await hears('姓名和证件号');
    await tabTo(chat, '输入消息');
    const page = await openSecure();
    await tabTo(page, '确认并提交');
    await page.keyboard.press('Enter');
    const faults = ['name', 'documentNumber', 'agreed', 'signature'];
    expect(await faultAt(page, 'name')).toMatchObject({ isInvalid: true });
    for (const id of faults) {
      const described = await page.locator(`#${id}`).getAttribute('aria-describedby');
      expect(described?.split(' ')).toContain(`${id}-error`);
      expect(await page.locator(`#${id}-error`).textContent()).not.toBe('');
    }
    await cleanInBothLights(page);

    await page.keyboard.insertText('王秀兰');
    await tabTo(page, '证件号码');
    await page.keyboard.type('990101195811200123');
    await tabTo(page, '承诺书');
    // The letter is a stop of its own, so that its end can be read.
    const read = () => page.evaluate(`document.querySelector('.pledge:focus').scrollTop > 0`);
    await page.keyboard.press('End');
    await expect.poll(read).toBe(true);
    await tabTo(page, '我已阅读并同意');
    await page.keyboard.press('Space');
    await tabTo(page, '确认并提交');
    await page.keyboard.press('Enter');
    expect((await faultAt(page, 'signature')).described).toContain(
      await page.locator('#signature-error').textContent(),
    );

    await tabTo(page, '键入姓名作为签名');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focus(page)).toMatchObject({ id: 'typed', isSeen: true });
    await page.keyboard.insertText('张伟');
    await page.getByRole('status').filter({ hasText: /./u }).first().waitFor({ state: 'attached' });
    await cleanInBothLights(page);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '已提交' }).waitFor();
    expect((await focus(page)).name).toBe('已提交');
    await page.close();

    await hears('请您核对');
    await tabTo(chat, '确认提交', 'Shift+Tab');
    expect(foreignRequests(phone, house.url)).toEqual([]);
    // A refused form answers with a status of its own, which Chromium reports in the console.
    expect(phone.complaints.filter((line) => !/status of 422/u.test(line))).toEqual([]);
  });
});
