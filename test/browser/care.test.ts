/** What the chat does for those who see badly, share a computer, hold a slow phone or keep papers. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

const LONG =
  '**可以绑定。** 近亲属参加了基本医保，就能共用。\n办理步骤：\n1. 打开当地医保 App\n2. 进入“家庭共济”\n3. 签承诺书\n不行怎么办：请说“转人工”。';

const script: Script = async ({ content }) => {
  if (content.kind === 'opened') {
    return [
      {
        text: '您好，我是共济助手。',
        choices: [
          { value: 'how', label: '怎么绑定' },
          { value: 'bind', label: '现在办理' },
          { value: 'done', label: '看回执' },
        ],
      },
    ];
  }
  if (content.kind !== 'choice') return content.kind === 'text' ? [{ text: `收到：${content.text}` }] : [];
  if (content.value === 'how') {
    return [
      {
        id: 'answer',
        text: LONG,
        sources: [{ title: '通知', publisher: '示例医保局', date: '2024-07-26', grade: 'A' }],
      },
    ];
  }
  if (content.value === 'bind') {
    return [
      {
        id: 'bind.ask.region',
        text: '您的医保在哪个省？',
        params: { step: 3, steps: 5 },
        choices: [{ value: 'done', label: '看回执' }],
      },
    ];
  }
  return [
    {
      id: 'bind.result.ACTIVE',
      text: '办好了。\n受理号：SQ261125-0001',
      params: { applicationNo: 'SQ261125-0001' },
    },
  ];
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
  house = await openScriptedHouse(script, { wechatAddress: 'https://weixin.qq.com/r/AbCdEfGh' });
  home = (await house.server.listen(0, '127.0.0.1')).url;
});
afterEach(async () => {
  await phone.context.close();
  await house.connector.stop();
  await house.server.close();
});

async function openChat(
  options: PhoneOptions = {},
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Page> {
  phone = await newPhonePage(browser, options);
  await prepare?.(phone.page);
  await phone.page.goto(home);
  await phone.page.getByText('您好，我是共济助手').waitFor();
  return phone.page;
}

async function expectClean(page: Page): Promise<void> {
  expect(await axe(page)).toEqual([]);
  expect(foreignRequests(phone, home)).toEqual([]);
  expect(phone.complaints).toEqual([]);
}

/** A voice that notes what it was asked to say; the browser of the tests has none. */
const VOICE = `window.said = [];
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, 'speechSynthesis', {
    value: { speak(words) { window.said.push(words.text); }, cancel() { window.said.push('(still)'); } },
  });`;

describe('large type', () => {
  it.each(['light', 'dark'] as const)(
    'is chosen once, remembered, large, and clean for axe in %s',
    async (colorScheme) => {
      const page = await openChat({ colorScheme });
      const size = () => page.evaluate('parseFloat(getComputedStyle(document.body).fontSize)');
      const before = Number(await size());
      await page.getByRole('button', { name: '大字' }).click();
      expect(Number(await size()) / before).toBeGreaterThan(1.3);
      await page.getByRole('button', { name: '怎么绑定' }).click();
      await page.getByText('可以绑定。').waitFor();
      expect(await page.getByText('进入“家庭共济”').isVisible()).toBe(false);
      await page.getByText('看详细说明').click();
      expect(await page.getByText('进入“家庭共济”').isVisible()).toBe(true);
      await screenshot(page, `elder-${colorScheme}`);
      await expectClean(page);
      await page.reload();
      await page.getByText('可以绑定。').waitFor();
      expect(Number(await size()) / before).toBeGreaterThan(1.3);
      const other = await phone.context.newPage();
      await other.goto(home);
      await page.getByRole('button', { name: '小字' }).click();
      await other.getByRole('button', { name: '大字' }).waitFor();
    },
  );

  it('gives every control at least the size of a thumb', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: '大字' }).click();
    await page.getByRole('button', { name: '看回执' }).click();
    await page.getByText('受理号').waitFor();
    const heights = await page
      .locator('button:visible')
      .evaluateAll((all) =>
        all.map((one) => Math.round((one as unknown as { offsetHeight: number }).offsetHeight)),
      );
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(48);
    // Nothing hangs over the edge of the phone.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('reads aloud one line when asked, and new lines by itself when that was chosen', async () => {
    const page = await openChat({}, (fresh) => fresh.addInitScript(VOICE));
    await page.getByRole('button', { name: '大字' }).click();
    await page.getByRole('button', { name: '读给我听' }).first().click();
    expect(await page.evaluate('window.said')).toContain('您好，我是共济助手。');
    await page.getByRole('button', { name: '朗读' }).click();
    await page.getByRole('button', { name: '怎么绑定' }).click();
    await page.getByText('可以绑定。').waitFor();
    await expect
      .poll(() => page.evaluate('window.said.join("|")'))
      .toContain('可以绑定。|近亲属参加了基本医保');
    expect(await page.evaluate('window.said.join("")')).not.toContain('**');
    await page.reload();
    await page.getByText('可以绑定。').waitFor();
    // A talk that is shown again is not told again.
    expect(await page.evaluate('window.said')).toEqual([]);
  });
});

describe('the chat', () => {
  it('says where a question stands, and no longer than it stands there', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: '现在办理' }).click();
    await page.getByText('第 3 步，共 5 步').waitFor();
    expect(await page.getByRole('progressbar', { name: '第 3 步，共 5 步' }).getAttribute('value')).toBe('3');
    await screenshot(page, 'progress');
    await expectClean(page);
    await page.getByRole('button', { name: '看回执' }).click();
    await page.getByText('受理号').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });

  it('copies and prints a receipt, and prints nothing else', async () => {
    const page = await openChat({}, async (fresh) => {
      await phone.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await fresh.addInitScript('window.print = () => { window.printed = true; };');
    });
    await page.getByRole('button', { name: '看回执' }).click();
    await page.getByRole('button', { name: '复制回执' }).click();
    await page.getByRole('button', { name: '已复制' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(
      /共济助手\n办好了。\n受理号：SQ261125-0001\n2026年/u,
    );
    await page.getByRole('button', { name: '打印回执' }).click();
    expect(await page.evaluate('window.printed')).toBe(true);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByText('受理号').isVisible()).toBe(true);
    expect(await page.getByText('您好，我是共济助手').isVisible()).toBe(false);
    expect(await page.getByLabel('输入消息').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    await expectClean(page);
  });

  it('shows the code of the official account, drawn here and not elsewhere', async () => {
    const page = await openChat();
    await page.getByRole('button', { name: '微信' }).click();
    const code = page.getByAltText('公众号二维码');
    await code.waitFor();
    await expect
      .poll(() => code.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(100);
    await screenshot(page, 'wechat');
    await expectClean(page);
  });

  it('forgets the talk on a shared computer, after asking once', async () => {
    const page = await openChat();
    await page.getByLabel('输入消息').fill('私事');
    await page.getByLabel('输入消息').press('Enter');
    await page.getByText('收到：私事').waitFor();
    const [cookie] = await phone.context.cookies();
    await page.getByRole('button', { name: '离开', exact: true }).click();
    await expectClean(page);
    await page.getByRole('button', { name: '不离开' }).click();
    await page.getByText('收到：私事').waitFor();
    await page.getByRole('button', { name: '离开', exact: true }).click();
    await page.getByRole('button', { name: '确定离开' }).click();
    await page.getByText('收到：私事').waitFor({ state: 'detached' });
    await page.getByText('您好，我是共济助手').waitFor();
    // The copy of a thief opens nothing.
    if (cookie !== undefined) await phone.context.addCookies([cookie]);
    await page.reload();
    await page.getByText('您好，我是共济助手').waitFor();
    expect(await page.getByText('私事').count()).toBe(0);
  });
});

describe('a bad network', () => {
  it('is said plainly, and what was said meanwhile comes once and in order', async () => {
    const page = await openChat();
    await phone.context.setOffline(true);
    await page.getByText('网络已断开').waitFor();
    await page.getByLabel('输入消息').fill('断网时写的');
    await page.getByLabel('输入消息').press('Enter');
    await page.getByRole('button', { name: '重新发送' }).waitFor();
    const { address } = house.store.inbounds[0] as { address: Parameters<ScriptedHouse['say']>[0] };
    await house.say(address, { text: '断网时来的' });
    await phone.context.setOffline(false);
    await page.getByText('断网时来的').waitFor();
    await page.getByRole('button', { name: '重新发送' }).click();
    await page.getByText('收到：断网时写的').waitFor();
    expect(await page.getByText('断网时来的').count()).toBe(1);
    expect(await page.locator('.own').count()).toBe(1);
  });

  it('that refuses every line for a while still shows everything once', async () => {
    const page = await openChat();
    await page.route('**/api/chat/events', async (route) => {
      await route.abort('connectionreset');
    });
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await page.getByText('连接中断').waitFor();
    await page.getByLabel('输入消息').fill('断断续续');
    await page.getByLabel('输入消息').press('Enter');
    await page.unroute('**/api/chat/events');
    await page.getByText('收到：断断续续').waitFor();
    expect(await page.locator('.lines > li').count()).toBe(3);
  });

  it('that is slow shows something before any script has come, and works', async () => {
    phone = await newPhonePage(browser);
    await phone.page.route('**/*.js', async (route) => {
      await phone.page.getByText('正在连接…').first().waitFor();
      await route.continue();
    });
    await phone.page.goto(home);
    await phone.page.getByText('您好，我是共济助手').waitFor();
    expect(phone.complaints).toEqual([]);
  });
});
