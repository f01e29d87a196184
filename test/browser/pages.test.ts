/** The pages in a real browser, over the real server with a scripted bot behind it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHILD_NUMBER } from '../secure/tiny-desk.ts';
import { openScriptedHouse, type Script, type ScriptedHouse } from '../web/scripted-house.ts';
import {
  axe,
  foreignRequests,
  launchBrowser,
  newPhonePage,
  type PhoneOptions,
  type PhonePage,
  screenshot,
} from './harness.ts';

const SOURCES = [
  {
    title: '关于健全职工医保个人账户共济机制的通知',
    publisher: '示例医保局',
    date: '2024-07-26',
    grade: 'A',
    url: 'https://example.invalid/1',
  },
  { title: '家庭共济办事指南', publisher: '示例市医保局', date: '2025-03-01', grade: 'B' },
];

const script: Script = async ({ content }, { tiny, store }) => {
  if (content.kind === 'opened') {
    return [
      {
        id: 'greet',
        text: '您好，我是共济助手，可以帮您弄清家庭共济绑定、使用和缴费的问题。\n\n您想了解什么？',
        choices: [
          { value: 'not_shown', label: '绑了，怎么没显示？' },
          { value: 'how', label: '怎么绑定家人' },
          { value: 'cant_pay', label: '给孩子缴费时不能用' },
        ],
      },
    ];
  }
  if (content.kind === 'choice' && content.value === 'how') {
    return [
      {
        id: 'faq',
        text: '**可以绑定。** 配偶、父母、子女等近亲属参加了基本医保，就能共用您的个人账户。\n\n办理步骤：\n1. 打开当地医保 App\n2. 进入“家庭共济”\n3. 填写家人信息，签承诺书\n\n如果找不到入口，请告诉我您在哪里参保。',
        sources: SOURCES,
      },
      {
        text: '现在就帮您办理吗？',
        choices: [
          { value: 'bind', label: '现在办理' },
          { value: 'no', label: '先不用' },
        ],
      },
    ];
  }
  if (content.kind === 'choice' && content.value === 'bind') {
    const url = `/s/${await tiny.link('relative')}`;
    return [
      {
        id: 'bind.ask.dependent',
        text: '请在安全页面填写孩子的信息并签名。',
        secure: { purpose: 'relative', url },
      },
    ];
  }
  if (content.kind === 'text') {
    return [{ text: `收到：${content.text}` }, { text: `已写下 ${store.inbounds.length} 条` }];
  }
  return [];
};

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
  house = await openScriptedHouse(script);
  home = (await house.server.listen(0, '127.0.0.1')).url;
});
afterEach(async () => {
  await phone.context.close();
  await house.connector.stop();
  await house.server.close();
});

async function openChat(options: PhoneOptions = {}): Promise<Page> {
  phone = await newPhonePage(browser, options);
  await phone.page.goto(home);
  await phone.page.getByText('您好，我是共济助手').waitFor();
  return phone.page;
}

async function openSecure(purpose: 'verify' | 'relative', options: PhoneOptions = {}): Promise<Page> {
  phone = await newPhonePage(browser, options);
  await phone.page.goto(`${home}/s/${await house.tiny.link(purpose)}`);
  await phone.page.getByRole('heading', { level: 1 }).waitFor();
  return phone.page;
}

/** What every page must keep, asked at the end of each walk. */
async function expectClean(page: Page): Promise<void> {
  expect(await axe(page)).toEqual([]);
  expect(foreignRequests(phone, home)).toEqual([]);
  expect(phone.complaints).toEqual([]);
}

describe('the chat page', () => {
  it('greets, answers a pressed button with steps and sources, and is clean', async () => {
    const page = await openChat();
    await screenshot(page, 'chat-greeting');
    await page.getByRole('button', { name: '怎么绑定家人' }).click();
    await page.getByText('现在就帮您办理吗？').waitFor();
    expect(await page.locator('.bot ol > li').count()).toBe(3);
    await page.locator('summary').click();
    expect(await page.getByText('示例市医保局').isVisible()).toBe(true);
    await screenshot(page, 'chat-answer');
    await expectClean(page);
  });

  it.each(['light', 'dark'] as const)(
    'has nothing for axe to find in %s, on a desk screen too',
    async (colorScheme) => {
      const page = await openChat({ colorScheme, size: { width: 1280, height: 800 } });
      await page.getByRole('button', { name: '怎么绑定家人' }).click();
      await page.getByText('现在就帮您办理吗？').waitFor();
      await screenshot(page, `chat-desk-${colorScheme}`);
      await expectClean(page);
    },
  );

  it('shows a typed message as it was stored, with its ID number hidden', async () => {
    const page = await openChat();
    await page.getByLabel('输入消息').fill(`孩子的号码 ${CHILD_NUMBER}`);
    await page.getByLabel('输入消息').press('Enter');
    await page.locator('.own:not(.pending)').waitFor();
    expect(await page.locator('.own').allInnerTexts()).toEqual([expect.stringContaining('[证件号已隐藏]')]);
    expect(await page.content()).not.toContain(CHILD_NUMBER);
  });

  it('keeps the talk over a reload, greets once, and two tabs agree', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: '转人工' }).click();
    await page.getByText('收到：转人工').waitFor();
    await page.reload();
    await page.getByText('收到：转人工').waitFor();
    const other = await phone.context.newPage();
    await other.goto(home);
    await other.getByText('收到：转人工').waitFor();
    await other.getByLabel('输入消息').fill('第二个窗口');
    await other.getByRole('button', { name: '发送' }).click();
    await page.getByText('收到：第二个窗口').waitFor();
    expect(await page.getByText('您好，我是共济助手').count()).toBe(1);
    expect(await page.locator('.lines > li').allInnerTexts()).toEqual(
      await other.locator('.lines > li').allInnerTexts(),
    );
  });

  it('does not send while an input method is composing', async () => {
    const page = await openChat();
    const box = page.getByLabel('输入消息');
    await box.fill('gongji');
    await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    await box.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
    expect(await box.inputValue()).toBe('gongji');
    expect(house.store.inbounds.map(({ content }) => content.kind)).toEqual(['opened']);
  });

  it('offers to send again what did not get through, and it arrives once', async () => {
    const page = await openChat();
    await page.route('**/api/chat/messages', (route) => route.abort());
    await page.getByLabel('输入消息').fill('网络不好');
    await page.getByRole('button', { name: '发送' }).click();
    const again = page.getByRole('button', { name: '重新发送' });
    await again.waitFor();
    await page.unroute('**/api/chat/messages');
    await again.click();
    await page.getByText('收到：网络不好').waitFor();
    expect(house.store.inbounds.filter(({ content }) => content.kind === 'text')).toHaveLength(1);
  });

  it('can be used by keyboard alone', async () => {
    const page = await openChat();
    const offered = page.getByRole('button', { name: '怎么绑定家人' });
    for (let steps = 0; steps < 12 && !(await offered.evaluate((el) => el.matches(':focus'))); steps += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText('现在就帮您办理吗？').waitFor();
    await page.waitForFunction("document.activeElement?.tagName === 'MAIN'");
  });
});

describe('the secure pages', () => {
  it('verify a person by choice and code, then lead back to the talk', async () => {
    const page = await openSecure('verify');
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByText('请先选择您是哪一位').waitFor();
    await page.getByLabel('示例 张伟').check();
    await screenshot(page, 'verify');
    await expectCleanForms(page);
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByLabel('验证码').fill(wrongCode(house.tiny.lastCode()));
    await page.getByRole('button', { name: '确认身份' }).click();
    await page.getByText('验证码不对').waitFor();
    await screenshot(page, 'verify-code');
    await expectCleanForms(page);
    await page.getByLabel('验证码').fill(house.tiny.lastCode());
    await page.getByRole('button', { name: '确认身份' }).click();
    await page.getByRole('heading', { name: '身份已确认' }).waitFor();
    await screenshot(page, 'verify-done');
    await expectCleanForms(page);
    expect(house.tiny.done).toEqual([{ purpose: 'verify', slots: { person: 'p_1', personName: '张*' } }]);
  });

  it.each(['light', 'dark'] as const)('show every fault beside its field, in %s', async (colorScheme) => {
    const page = await openSecure('relative', { colorScheme });
    await page.getByLabel('证件号码').fill('99000020180312');
    await page.getByRole('button', { name: '确认并提交' }).click();
    await page.getByText('身份证号码应为 18 位，现在是 14 位').waitFor();
    expect(await page.locator('.error').count()).toBe(4);
    await page.waitForFunction("document.activeElement?.id === 'name'");
    await screenshot(page, `relative-faults-${colorScheme}`);
    await expectCleanForms(page);
  });

  it('take a relative with a drawn signature, once', async () => {
    const page = await openSecure('relative');
    await fillRelative(page);
    await draw(page);
    await page.getByRole('button', { name: '确认并提交' }).scrollIntoViewIfNeeded();
    await screenshot(page, 'relative-signed');
    await page.getByRole('button', { name: '确认并提交' }).dblclick();
    await page.getByRole('heading', { name: '已提交' }).waitFor();
    await screenshot(page, 'relative-done');
    await expectClean(page);
    await page.reload();
    await page.getByRole('heading', { name: '已经完成' }).waitFor();
    expect(house.tiny.done).toHaveLength(1);
    expect(house.tiny.pledges.map(({ signature }) => signature.slice(0, 22))).toEqual([
      'data:image/png;base64,',
    ]);
  });

  it('take a typed name where nobody can draw', async () => {
    const page = await openSecure('relative');
    await fillRelative(page);
    await page.getByRole('button', { name: '键入姓名作为签名' }).click();
    await page.locator('#typed').fill('张伟');
    await screenshot(page, 'relative-typed');
    await page.getByRole('button', { name: '确认并提交' }).click();
    await page.getByRole('heading', { name: '已提交' }).waitFor();
    expect(house.tiny.pledges[0]?.signature.length).toBeGreaterThan(1_000);
  });

  it('say plainly that a link is unknown or has lapsed', async () => {
    phone = await newPhonePage(browser);
    await phone.page.goto(`${home}/s/${'x'.repeat(43)}`);
    await phone.page.getByRole('heading', { name: '这个链接无效' }).waitFor();
    expect(await axe(phone.page)).toEqual([]);
    const token = await house.tiny.link('verify');
    house.tiny.clock.pass(31 * 60_000);
    await phone.page.goto(`${home}/s/${token}`);
    await phone.page.getByRole('heading', { name: '链接已经过期' }).waitFor();
    await screenshot(phone.page, 'lapsed');
    expect(await axe(phone.page)).toEqual([]);
  });

  it('open from the chat in a new tab', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: '怎么绑定家人' }).click();
    await page.getByRole('button', { name: '现在办理' }).click();
    const link = page.getByRole('link', { name: '打开安全页面' });
    await link.waitFor();
    await screenshot(page, 'chat-secure');
    const [secure] = await Promise.all([phone.context.waitForEvent('page'), link.click()]);
    await secure.getByRole('heading', { name: '填写家庭成员信息' }).waitFor();
    expect(await secure.evaluate('window.opener')).toBeNull();
    await expectClean(secure);
    await expectClean(page);
  });
});

// A refused form answers with a status of its own, which Chromium reports in the console.
async function expectCleanForms(page: Page): Promise<void> {
  expect(await axe(page)).toEqual([]);
  expect(foreignRequests(phone, home)).toEqual([]);
  expect(phone.complaints.filter((line) => !line.includes('status of 422'))).toEqual([]);
}

async function fillRelative(page: Page): Promise<void> {
  await page.getByLabel('姓名', { exact: true }).first().fill('张小宝');
  await page.getByLabel('证件号码').fill(CHILD_NUMBER);
  await page.getByLabel('我已阅读并同意').check();
}

async function draw(page: Page): Promise<void> {
  const paper = page.locator('canvas');
  await paper.scrollIntoViewIfNeeded();
  const box = await paper.boundingBox();
  if (box === null) throw new Error('the paper has no size');
  await page.mouse.move(box.x + 60, box.y + 50);
  await page.mouse.down();
  for (const [x, y] of [
    [110, 120],
    [150, 40],
    [200, 130],
    [250, 60],
  ] as const) {
    await page.mouse.move(box.x + x, box.y + y, { steps: 6 });
  }
  await page.mouse.up();
}

function wrongCode(code: string): string {
  return code === '000000' ? '000001' : '000000';
}
