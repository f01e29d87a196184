/**
 * Who opens a secure page. The address given in the talk holds the secret of the page sealed, so it opens
 * nothing by itself: WeChat says first whose phone it is, and only the one whose talk it was is told the
 * secret. The state of a login is bound to the browser by a cookie, lives for five minutes and serves once.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Random } from '../../../contracts/clock.ts';
import type { Store } from '../../../contracts/store.ts';
import { digestOf, isSecureToken } from '../../../domain/secure-token.ts';
import { isSame } from '../crypto.ts';
import type { OaClient } from './client.ts';

export interface LoginParts {
  readonly store: Pick<Store, 'linkByDigest' | 'conversation'>;
  readonly client: Pick<OaClient, 'login'>;
  readonly random: Random;
  readonly appId: string;
  readonly secret: string;
  /** Of the authorize page. */
  readonly authorizeBase: string;
  readonly publicUrl: () => string;
  readonly path: string;
  readonly words: (id: string) => string;
}

const LOGIN_S = 300;
const CODE = /^[\w-]{8,128}$/u;
const SEALED = /^[\w-]{90,120}$/u;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Makes the address to give in a talk out of that of the page. */
export function loginAddress(
  parts: Pick<LoginParts, 'secret' | 'random' | 'publicUrl' | 'path'>,
): (url: string) => string {
  const key = keyOf(parts.secret);
  return (url) => {
    const token = url.slice(url.lastIndexOf('/') + 1);
    return isSecureToken(token)
      ? `${parts.publicUrl()}${parts.path}/enter/${sealToken(key, token, parts.random)}`
      : url;
  };
}

export function loginRoutes(parts: LoginParts): Hono {
  const key = keyOf(parts.secret);
  const app = new Hono();

  app.get('/enter/:sealed', (c) => {
    const sealed = c.req.param('sealed');
    if (openToken(key, sealed) === undefined) return tell(c, parts, 404, 'wechat.login.lapsed');
    const browser = Buffer.from(parts.random.bytes(32)).toString('hex');
    const state = stateOf(browser, sealed);
    setCookie(c, cookieOf(state), `${browser}.${sealed}`, cookieOptions(parts, LOGIN_S));
    return c.redirect(authorizeAddress(parts, state));
  });

  app.get('/login', async (c) => {
    const state = c.req.query('state') ?? '';
    const [browser = '', sealed = ''] = (getCookie(c, cookieOf(state)) ?? '').split('.');
    deleteCookie(c, cookieOf(state), cookieOptions(parts));
    const token = openToken(key, sealed);
    if (token === undefined || !isSame(state, stateOf(browser, sealed)))
      return tell(c, parts, 403, 'wechat.login.lapsed');
    const code = c.req.query('code') ?? '';
    const who = CODE.test(code) ? await parts.client.login(code) : undefined;
    if (who === undefined) return tell(c, parts, 403, 'wechat.login.lapsed');
    if (who.isSnapshot) return tell(c, parts, 403, 'wechat.login.snapshot');
    if (!(await isOwner(parts, token, who.openid))) return tell(c, parts, 403, 'wechat.login.other');
    return c.redirect(`${parts.publicUrl()}/s/${token}`);
  });
  return app;
}

async function isOwner({ store }: LoginParts, token: string, openid: string): Promise<boolean> {
  const page = await store.linkByDigest(digestOf(token));
  const talk = page === undefined ? undefined : await store.conversation(page.conversation);
  return talk?.address.channel === 'wechat-oa' && isSame(talk.address.user, openid);
}

function authorizeAddress({ authorizeBase, publicUrl, path, appId }: LoginParts, state: string): string {
  const address = new URL('/connect/oauth2/authorize', authorizeBase);
  // In the order WeChat asks for.
  address.searchParams.set('appid', appId);
  address.searchParams.set('redirect_uri', `${publicUrl()}${path}/login`);
  address.searchParams.set('response_type', 'code');
  address.searchParams.set('scope', 'snsapi_base');
  address.searchParams.set('state', state);
  return `${address.href}#wechat_redirect`;
}

const stateOf = (browser: string, sealed: string): string =>
  createHash('sha256').update(`${browser}:${sealed}`).digest('hex');
/** Two pages may be opened side by side. */
const cookieOf = (state: string): string =>
  `gongji_wechat_${/^[0-9a-f]{64}$/u.test(state) ? state.slice(0, 12) : 'none'}`;

function cookieOptions({ publicUrl, path }: LoginParts, maxAge?: number) {
  return {
    httpOnly: true,
    // WeChat sends the browser back here: a stricter cookie would not come along.
    sameSite: 'Lax',
    path,
    secure: publicUrl().startsWith('https:'),
    ...(maxAge === undefined ? {} : { maxAge }),
  } as const;
}

function tell(c: Context, { words }: LoginParts, status: 403 | 404, id: string) {
  c.header('Cache-Control', 'no-store');
  return c.text(words(id), status);
}

// === The sealed secret

const keyOf = (secret: string): Buffer => createHash('sha256').update(`secure page:${secret}`).digest();

function sealToken(key: Buffer, token: string, random: Random): string {
  const iv = random.bytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

function openToken(key: Buffer, sealed: string): string | undefined {
  if (!SEALED.test(sealed)) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES));
    cipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const token =
      cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + cipher.final('utf8');
    return isSecureToken(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
