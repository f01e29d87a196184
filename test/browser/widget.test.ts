/** The chat in a page of another origin, whose own styles, scripts and policy are as unfriendly as may be. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openScriptedHouse, type Script, type ScriptedHouse } from '../web/scripted-house.ts';
import {
  axe,
  launchBrowser,
  newPhonePage,
  type PhoneOptions,
  type PhonePage,
  screenshot,
} from './harness.ts';

const script: Script = async ({ content }, { tiny }) => {
  if (content.kind === 'opened') {
    return [{ text: '您好，我是共济助手。', choices: [{ value: 'bind', label: '现在办理' }] }];
  }
  if (content.kind === 'choice') {
    const url = `/s/${await tiny.link('relative')}`;
    return [{ text: '请打开安全页面。', secure: { purpose: 'relative', url } }];
  }
  return content.kind === 'text' ? [{ text: `收到：${content.text}` }] : [];
};

let browser: Browser;
let house: ScriptedHouse;
let home: string;
let site: Site;
let stranger: Site;
let phone: PhonePage;

interface Site {
  readonly server: Server;
  readonly url: string;
}

/** A site whose policy allows scripts and frames of `home` and nothing inline, as docs/embedding.md asks for. */
async function openSite(body: () => string): Promise<Site> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; script-src ${home}; frame-src ${home}; img-src 'self'; style-src 'self'`,
    );
    response.end(body());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Another host name is another site: what a browser blocks between sites is blocked here.
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

const closeSite = ({ server }: Site) => new Promise((resolve) => server.close(resolve));

beforeAll(async () => {
  browser = await launchBrowser();
  const page = (attributes: string) => () =>
    `<!doctype html><html lang="zh-CN"><head><title>示例市医保局</title>
    <script async src="${home}/widget.js" ${attributes}></script></head>
    <body><main><h1>示例市医保局</h1><button id="own">站内按钮</button></main></body></html>`;
  site = await openSite(page(''));
  stranger = await openSite(page('data-side="left" data-label="问共济"'));
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([site, stranger].map(closeSite));
});
beforeEach(async () => {
  house = await openScriptedHouse(script, { embedOrigins: [site.url] });
  home = (await house.server.listen(0, '127.0.0.1')).url;
});
afterEach(async () => {
  await phone.context.close();
  await house.connector.stop();
  await house.server.close();
});

async function visit(options: PhoneOptions = {}): Promise<Page> {
  phone = await newPhonePage(browser, options);
  await phone.page.goto(site.url);
  await phone.page.getByRole('button', { name: '共济助手' }).waitFor();
  return phone.page;
}

async function openWidget(page: Page): Promise<Frame> {
  await page.getByRole('button', { name: '共济助手' }).click();
  const frame = await frameOf(page);
  await frame.getByText('您好，我是共济助手').waitFor();
  return frame;
}

async function frameOf(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('gongji-widget iframe');
  const frame = await element.contentFrame();
  if (frame === null) throw new Error('the widget has no frame');
  return frame;
}

describe('the widget', () => {
  it('asks for nothing but its loader, and keeps and begins nothing, until its button is pressed', async () => {
    const page = await visit();
    expect(phone.requests.filter((url) => url.startsWith(home))).toEqual([`${home}/widget.js`]);
    expect([await phone.context.cookies(), house.store.inbounds]).toEqual([[], []]);
    await openWidget(page);
    expect(house.store.inbounds.map(({ content }) => content.kind)).toEqual(['opened']);
    expect(phone.requests.filter((url) => !url.startsWith(home) && !url.startsWith(site.url))).toEqual([]);
    expect(phone.complaints).toEqual([]);
  });

  it('talks without any cookie, keeps the talk over a reload, and two tabs of the site agree', async () => {
    const page = await visit();
    const frame = await openWidget(page);
    await frame.getByLabel('输入消息').fill('框里问一句');
    await frame.getByLabel('输入消息').press('Enter');
    await frame.getByText('收到：框里问一句').waitFor();
    expect(await phone.context.cookies()).toEqual([]);
    await page.reload();
    const again = await openWidget(page);
    await again.getByText('收到：框里问一句').waitFor();
    const other = await phone.context.newPage();
    await other.goto(site.url);
    const second = await openWidget(other);
    await second.getByText('收到：框里问一句').waitFor();
    expect(await second.getByText('您好，我是共济助手').count()).toBe(1);
  });

  it('works where the browser blocks third-party storage altogether, for as long as the page is open', async () => {
    phone = await newPhonePage(browser);
    await phone.page.addInitScript(
      `if (location.pathname === '/embed') Object.defineProperty(window, 'localStorage', {
        get() { throw new DOMException('blocked', 'SecurityError'); },
      });`,
    );
    await phone.page.goto(site.url);
    const frame = await openWidget(phone.page);
    await frame.getByLabel('输入消息').fill('不让存');
    await frame.getByLabel('输入消息').press('Enter');
    await frame.getByText('收到：不让存').waitFor();
    expect(new Set(house.store.inbounds.map(({ address }) => address.user)).size).toBe(1);
  });

  it.each([
    ['on a phone', {}],
    ['on a desk screen, in the dark', { size: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ] as const)(
    'has nothing for axe to find %s, closes by its button and by Escape',
    async (where, options) => {
      const page = await visit(options);
      const frame = await openWidget(page);
      await screenshot(page, `widget-${where.replaceAll(' ', '-').replace(',', '')}`);
      expect(await axe(page)).toEqual([]);
      expect(await axe(frame)).toEqual([]);
      await frame.getByRole('button', { name: '收起' }).click();
      await page.getByRole('button', { name: '共济助手' }).waitFor();
      expect(await page.evaluate('document.activeElement.localName')).toBe('gongji-widget');
      await page.keyboard.press('Enter');
      await frame.getByLabel('输入消息').waitFor();
      await page.locator('#own').focus();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '共济助手' }).waitFor();
    },
  );

  it('lets go of its line while it is put away, and misses nothing that was said meanwhile', async () => {
    const page = await visit();
    const frame = await openWidget(page);
    await frame.getByRole('button', { name: '收起' }).click();
    await expect.poll(() => house.connector.openStreams()).toBe(0);
    const { address } = house.store.inbounds[0] as { address: Parameters<ScriptedHouse['say']>[0] };
    await house.say(address, { text: '工作人员的回复' });
    await page.getByRole('button', { name: '共济助手' }).click();
    await frame.getByText('工作人员的回复').waitFor();
  });

  it('opens the secure page in a tab of its own, where no frame and no opener is', async () => {
    const page = await visit();
    const frame = await openWidget(page);
    await frame.getByRole('button', { name: '现在办理' }).click();
    const link = frame.getByRole('link', { name: '打开安全页面' });
    const [secure] = await Promise.all([phone.context.waitForEvent('page'), link.click()]);
    await secure.getByRole('heading', { name: '填写家庭成员信息' }).waitFor();
    expect(await secure.evaluate('[window.opener, window.top === window]')).toEqual([null, true]);
    expect(phone.complaints).toEqual([]);
  });

  it('cannot be read, written to or led away by the site, nor lead the site away', async () => {
    const page = await visit();
    const frame = await openWidget(page);
    expect(await page.evaluate('document.body.textContent')).not.toContain('我是共济助手');
    const inner = "document.querySelector('gongji-widget').shadowRoot.querySelector('iframe').contentWindow";
    await expect(page.evaluate(`${inner}.document.body.textContent`)).rejects.toThrow(/cross-origin/u);
    await expect(frame.evaluate('window.top.document.title')).rejects.toThrow(/cross-origin/u);
    await expect(frame.evaluate("window.top.location.href = '/elsewhere'")).rejects.toThrow(
      /permission to navigate/u,
    );
    expect(page.url()).toBe(`${site.url}/`);
  });

  it('does not believe messages of others', async () => {
    const page = await visit();
    const frame = await openWidget(page);
    await page.evaluate("window.postMessage({ gongji: 'close' }, '*')");
    await frame.getByLabel('输入消息').fill('还在');
    expect(await frame.getByLabel('输入消息').isVisible()).toBe(true);
  });
});

describe('a site that is not named', () => {
  it('gets the button and an empty frame, and no talk is begun', async () => {
    phone = await newPhonePage(browser);
    const refused = phone.context.waitForEvent('console', (told) => /frame-ancestors/u.test(told.text()));
    await phone.page.goto(stranger.url);
    await phone.page.getByRole('button', { name: '问共济' }).click();
    await refused;
    expect(house.store.inbounds).toEqual([]);
  });
});
