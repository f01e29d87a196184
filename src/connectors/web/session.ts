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
/** Seconds; a talk left alone for longer starts afresh. */
const COOKIE_LIFE_S = 30 * 24 * 3600;
const BEARER = /^Bearer ([\w-]{43})$/u;

/** The user behind a request, undefined when there is no session (yet). A named one goes before the cookie. */
export function userOf(c: Context, isHttps: boolean): string | undefined {
  const named = c.req.header('authorization');
  const session =
    named === undefined ? getCookie(c, COOKIE, isHttps ? 'host' : undefined) : BEARER.exec(named)?.[1];
  return session !== undefined && isSecureToken(session) ? digestOf(session) : undefined;
}

/** Gives the citizen a session in a cookie and says who that is from now on. */
export function beginSession(c: Context, random: Random, isHttps: boolean): string {
  const session = newSecureToken((size) => random.bytes(size));
  setCookie(c, COOKIE, session, { ...cookieOptions(isHttps), maxAge: COOKIE_LIFE_S });
  return digestOf(session);
}

/** A session for a page in a frame: it is told the secret and keeps it; no cookie is set. */
export function beginFramedSession(random: Random): { readonly user: string; readonly session: string } {
  const session = newSecureToken((size) => random.bytes(size));
  return { user: digestOf(session), session };
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
