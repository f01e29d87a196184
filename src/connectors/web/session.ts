/**
 * The citizen's session: 32 random bytes in a cookie that scripts cannot read and other sites cannot
 * send. The house knows the session by its digest only, so a copy of the database takes over no talk.
 */
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Random } from '../../contracts/clock.ts';
import { digestOf, isSecureToken, newSecureToken } from '../../domain/secure-token.ts';

const COOKIE = 'gongji_talk';
/** Seconds; a talk left alone for longer starts afresh. */
const COOKIE_LIFE_S = 30 * 24 * 3600;

/** The user behind a request, undefined when there is no session (yet). */
export function userOf(c: Context, isHttps: boolean): string | undefined {
  const session = getCookie(c, COOKIE, isHttps ? 'host' : undefined);
  return session !== undefined && isSecureToken(session) ? digestOf(session) : undefined;
}

/** Gives the citizen a session and says who that is from now on. */
export function beginSession(c: Context, random: Random, isHttps: boolean): string {
  const session = newSecureToken((size) => random.bytes(size));
  setCookie(c, COOKIE, session, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: COOKIE_LIFE_S,
    ...(isHttps ? { secure: true, prefix: 'host' } : {}),
  });
  return digestOf(session);
}
