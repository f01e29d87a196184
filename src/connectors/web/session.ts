/**
 * The citizen's session: 32 random bytes. On our own page they are a cookie that scripts cannot read and other
 * sites cannot send. Framed by another site the page keeps them itself and names them in a header, since
 * browsers refuse such a frame its cookies. The house knows a session by its digest only, so a copy of the
 * database takes over no talk.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Random } from '../../contracts/clock.ts';
import { digestOf, isSecureToken, newSecureToken } from '../../domain/secure-token.ts';

const COOKIE = 'gongji_talk';
/** A talk left alone for longer starts afresh. */
export const SESSION_LIFE_S = 30 * 24 * 3600;
const BEARER = /^Bearer ([\w-]{43})$/u;

/** The key of the session a request comes with, given by us or not. A named one goes before the cookie. */
export function keyOf(c: Context, isHttps: boolean): string | undefined {
  const named = c.req.header('authorization');
  const session =
    named === undefined ? getCookie(c, COOKIE, isHttps ? 'host' : undefined) : BEARER.exec(named)?.[1];
  return session !== undefined && isSecureToken(session) ? digestOf(session) : undefined;
}

/** A new session, which nobody has yet. `key` is what the house knows of it. */
export function newSession(random: Random): { readonly key: string; readonly session: string } {
  const session = newSecureToken((size) => random.bytes(size));
  return { key: digestOf(session), session };
}

/** Gives the browser the session in a cookie. A page in a frame gets none: it is told the secret and keeps it. */
export function giveSession(c: Context, session: string, isHttps: boolean): void {
  setCookie(c, COOKIE, session, { ...cookieOptions(isHttps), maxAge: SESSION_LIFE_S });
}

/** Whether the request names its session itself, as pages in frames do. */
export function isNamed(c: Context): boolean {
  return c.req.header('authorization') !== undefined;
}

/** Takes the cookie back from this browser. */
export function endSession(c: Context, isHttps: boolean): void {
  deleteCookie(c, COOKIE, cookieOptions(isHttps));
}

function cookieOptions(isHttps: boolean) {
  return {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    ...(isHttps ? ({ secure: true, prefix: 'host' } as const) : {}),
  } as const;
}
