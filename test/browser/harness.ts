/**
 * A real browser for tests: phone pages, axe, and proof that nothing foreign was asked for.
 *
 *     const browser = await launchBrowser();
 *     const phone = await newPhonePage(browser);
 *     await phone.page.goto(url);
 *     expect(await axe(phone.page)).toEqual([]);
 *     expect(foreignRequests(phone, url)).toEqual([]);
 *     expect(phone.complaints).toEqual([]);
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';
import { chromiumFiles } from './chromium.ts';

const HOUSE = join(import.meta.dirname, '..', '..');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = join(HOUSE, 'dist', 'screenshots');

// Not the package's own list: `--single-process` dies at the second context, and web security stays on.
const ARGS = [
  '--headless=shell',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  // Chromium's own traffic: updates, field trials, safe browsing, network time.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-pings',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-features=OptimizationHints,MediaRouter,NetworkTimeServiceQuerying,Translate,AutofillServerCommunication',
];

export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = await chromiumFiles();
  return chromium.launch({ executablePath: executable, env, args: ARGS, chromiumSandbox: false });
}

export interface PhonePage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses of all requests of this context, in order. */
  readonly requests: readonly string[];
  /** Errors in the console, exceptions and breaches of the page's policy, in all tabs of this context. */
  readonly complaints: readonly string[];
}

export interface PhoneOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** A fresh browser profile with one page the size of a common phone. Close its `context` when done. */
export async function newPhonePage(browser: Browser, options: PhoneOptions = {}): Promise<PhonePage> {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: options.size === undefined,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
  });
  // Everything here is on this machine: what takes longer than this does not happen.
  context.setDefaultTimeout(10_000);
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { page: await context.newPage(), context, requests, complaints };
}

/** Requests that went anywhere but to the host of `home`. */
export function foreignRequests({ requests }: PhonePage, home: string): readonly string[] {
  const { host } = new URL(home);
  return requests.filter((url) => /^(?:https?|wss?):/u.test(url) && new URL(url).host !== host);
}

/** What axe finds against WCAG 2.2 AA and good practice, one line each; empty when all is well. */
export async function axe(page: Page | Frame): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; help: string; nodes: { html: string }[] }[];
        }>;
      };
    };
    const { violations } = await checker.run({ runOnly: { type: 'tag', values: tags } });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`,
    );
  });
}

/** Writes dist/screenshots/<name>.png and gives its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(SHOTS, { recursive: true });
  const path = join(SHOTS, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
