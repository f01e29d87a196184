/** The browser inside WeChat: follows redirects, keeps cookies, and tells only WeChat whose phone it is. */
import { PHONE_COOKIE } from './api-oauth.ts';

export interface Shown {
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

export interface Browser {
  open(url: string): Promise<Shown>;
  /** What a script of the page at this origin posts. */
  post(url: string, body: object): Promise<Shown>;
}

const REDIRECTS_MAX = 10;

interface Cookie {
  readonly origin: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

/** @param wechat the origin of the authorize page */
export function createBrowser(wechat: () => string, openid: string): Browser {
  let cookies: readonly Cookie[] = [];

  function cookiesFor({ origin, pathname }: URL): string {
    const own = cookies
      .filter((cookie) => cookie.origin === origin && pathname.startsWith(cookie.path))
      .map(({ name, value }) => `${name}=${value}`);
    return [...own, ...(origin === wechat() ? [`${PHONE_COOKIE}=${openid}`] : [])].join('; ');
  }

  function keep({ origin }: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const named = new Map(
      attributes
        .map((attribute) => attribute.split('=') as [string, string?])
        .map(([key, text = '']) => [key.toLowerCase(), text]),
    );
    const path = named.get('path') ?? '/';
    cookies = cookies.filter(
      (cookie) => !(cookie.origin === origin && cookie.name === name && cookie.path === path),
    );
    if (named.get('max-age') !== '0') cookies = [...cookies, { origin, path, name, value }];
  }

  return {
    async open(start) {
      let url = new URL(start);
      for (let count = 0; count < REDIRECTS_MAX; count += 1) {
        const response = await fetch(url, { headers: { Cookie: cookiesFor(url) }, redirect: 'manual' });
        for (const line of response.headers.getSetCookie()) keep(url, line);
        const next = response.headers.get('location');
        if (next === null) return { url: url.href, status: response.status, body: await response.text() };
        url = new URL(next, url);
      }
      throw new Error(`Too many redirects from ${start}`);
    },
    async post(address, body) {
      const url = new URL(address);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: url.origin, Cookie: cookiesFor(url) },
        body: JSON.stringify(body),
      });
      for (const line of response.headers.getSetCookie()) keep(url, line);
      return { url: url.href, status: response.status, body: await response.text() };
    },
  };
}
