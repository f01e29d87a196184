/**
 * Who is behind a request of the desk. The cookie holds 32 random bytes and nothing else; what they stand for is
 * a row, so that a logout counts at once and in every process. Each login gets a new secret, whatever the
 * browser brought along. Acts besides need the page's own origin and a token the page was told.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isOwnPage } from '../connectors/web/routes.ts';
import type { Clock, Random } from '../contracts/clock.ts';
import type { Staff } from '../contracts/desk.ts';
import type { DeskSession, DeskSessions } from '../contracts/desk-sessions.ts';
import { isSecureToken, newSecureToken } from '../domain/secure-token.ts';
import { type DeskSecret, isSame } from './desk-secret.ts';

const COOKIE = 'gongji_desk';
const CSRF_HEADER = 'x-gongji-desk';
/** A row is written when somebody was seen, but not at every request. */
const SEEN_EVERY_MS = 60_000;

export interface Entered {
  readonly staff: Staff;
  readonly session: DeskSession;
  /** To be named in the header of every act. */
  readonly csrf: string;
}

export interface DeskDoorParts {
  readonly sessions: DeskSessions;
  readonly secret: DeskSecret;
  readonly clock: Clock;
  readonly random: Random;
  readonly idleMs: number;
  readonly maxMs: number;
  /** As staff see it; undefined on this very machine only. */
  readonly publicUrl?: string | undefined;
}

export interface Login {
  readonly staff: Staff;
  readonly how: DeskSession['how'];
  readonly farewell?: string;
}

export interface DeskDoor {
  /** Undefined for whoever is not logged in, or no longer. */
  entered(c: Context): Promise<Entered | undefined>;
  /** Whether the session of a stream that was opened earlier still holds. */
  holds(key: string): Promise<boolean>;
  enter(c: Context, login: Login): Promise<void>;
  leave(c: Context): Promise<DeskSession | undefined>;
  /** Whether an act comes from our own page and from nowhere else. */
  isMeant(c: Context, entered: Entered): boolean;
  isOwnPage(c: Context): boolean;
}

export function createDeskDoor(parts: DeskDoorParts): DeskDoor {
  const { sessions, secret, clock, random, idleMs, maxMs, publicUrl } = parts;
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  const prefix = isHttps ? ('host' as const) : undefined;
  const options = {
    httpOnly: true,
    sameSite: 'Strict',
    path: isHttps ? '/' : '/desk',
    ...(isHttps ? ({ secure: true, prefix: 'host' } as const) : {}),
  } as const;

  function keyOf(c: Context): { readonly token: string; readonly key: string } | undefined {
    const token = getCookie(c, COOKIE, prefix);
    if (token === undefined || !isSecureToken(token)) return undefined;
    return { token, key: secret.digest('session', token) };
  }

  const find = (key: string) => sessions.deskSession(key, clock.now() - idleMs);

  return {
    async entered(c) {
      const named = keyOf(c);
      const session = named && (await find(named.key));
      if (named === undefined || session === undefined) return undefined;
      if (clock.now() - session.seenAt >= SEEN_EVERY_MS) await sessions.touchDeskSession(named.key);
      return { staff: session.staff, session, csrf: secret.digest('csrf', named.token) };
    },
    holds: async (key) => (await find(key)) !== undefined,
    async enter(c, { staff, how, farewell }) {
      const old = keyOf(c);
      if (old !== undefined) await sessions.endDeskSession(old.key);
      const token = newSecureToken((size) => random.bytes(size));
      const openedAt = clock.now();
      await sessions.openDeskSession({
        key: secret.digest('session', token),
        staff,
        how,
        openedAt,
        endsAt: openedAt + maxMs,
        ...(farewell === undefined ? {} : { farewell: secret.seal(farewell) }),
      });
      setCookie(c, COOKIE, token, options);
    },
    async leave(c) {
      const named = keyOf(c);
      const session = named && (await find(named.key));
      if (named !== undefined) await sessions.endDeskSession(named.key);
      deleteCookie(c, COOKIE, options);
      return session;
    },
    isMeant: (c, { csrf }) => isOwnPage(c, publicUrl) && isSame(c.req.header(CSRF_HEADER) ?? '', csrf),
    isOwnPage: (c) => isOwnPage(c, publicUrl),
  };
}
