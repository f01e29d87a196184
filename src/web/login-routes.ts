/**
 * Coming in and going out, mounted at `/desk`. The cookie of a login under way is `Lax`, because the issuer's
 * page leads back here; the session's own is `Strict`, and the page, not the redirect, is the first to use it.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { clientAddress } from '../connectors/web/client-address.ts';
import { createLimiter } from '../connectors/web/rate-limit.ts';
import type { Clock, Random } from '../contracts/clock.ts';
import type { DeskSessions } from '../contracts/desk-sessions.ts';
import { isSecureToken, newSecureToken } from '../domain/secure-token.ts';
import type { DeskSecret } from './desk-secret.ts';
import type { DeskDoor } from './desk-sessions.ts';
import type { Links } from './login-link.ts';
import type { Oidc } from './login-oidc.ts';

const COOKIE = 'gongji_desk_login';
/** Long enough to find one's second factor. */
const LOGIN_S = 10 * 60;
/** Logins a minute of one address: a whole bureau may share one. */
const LOGINS_PER_ADDRESS = 120;
/** Links that open nothing; a person pastes one wrong, not twenty. */
const MISSES_PER_ADDRESS = 20;
const BODY_MAX_BYTES = 1024;

export interface LoginRoutesParts {
  readonly door: DeskDoor;
  readonly sessions: DeskSessions;
  readonly secret: DeskSecret;
  readonly clock: Clock;
  readonly random: Random;
  readonly oidc?: Oidc | undefined;
  /** There on this very machine only. */
  readonly links?: Links | undefined;
  readonly isHttps: boolean;
  readonly isBehindProxy: boolean;
  /** Told of every login that did not succeed, by code. */
  readonly onRefused: (code: string) => void;
}

const journeySchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });
const linkBody = z.object({ token: z.string().max(100) });

export function loginRoutes(parts: LoginRoutesParts): Hono {
  const { door, sessions, secret, clock, random, oidc, links, isBehindProxy } = parts;
  const logins = createLimiter({ perMinute: LOGINS_PER_ADDRESS, clock });
  const misses = createLimiter({ perMinute: MISSES_PER_ADDRESS, clock });
  const prefix = parts.isHttps ? ('host' as const) : undefined;
  const cookie = {
    httpOnly: true,
    sameSite: 'Lax',
    path: parts.isHttps ? '/' : '/desk',
    ...(parts.isHttps ? ({ secure: true, prefix: 'host' } as const) : {}),
  } as const;
  const app = new Hono();

  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });

  /** Back to the page, which says it in words. */
  function refuse(c: Context, code: string) {
    parts.onRefused(code);
    return c.redirect(`/desk#/refused/${code}`, 303);
  }

  if (oidc !== undefined) {
    app.get('/login', async (c) => {
      if (!logins.take(clientAddress(c, isBehindProxy))) return refuse(c, 'slow_down');
      try {
        const { url, journey } = await oidc.begin();
        const token = newSecureToken((size) => random.bytes(size));
        await sessions.keepDeskLogin({
          key: secret.digest('login', token),
          data: secret.seal(JSON.stringify(journey)),
          expiresAt: clock.now() + LOGIN_S * 1000,
        });
        setCookie(c, COOKIE, token, { ...cookie, maxAge: LOGIN_S });
        return c.redirect(url, 303);
      } catch {
        return refuse(c, 'unavailable');
      }
    });

    app.get('/login/callback', async (c) => {
      const token = getCookie(c, COOKIE, prefix);
      deleteCookie(c, COOKIE, cookie);
      if (token === undefined || !isSecureToken(token)) return refuse(c, 'lapsed');
      const login = await sessions.takeDeskLogin(secret.digest('login', token));
      const journey = login && secret.unseal(login.data);
      if (journey === undefined) return refuse(c, 'lapsed');
      try {
        const arrival = await oidc.arrive(
          new URL(c.req.url).search,
          journeySchema.parse(JSON.parse(journey)),
        );
        if (!arrival.ok) return refuse(c, arrival.reason);
        await door.enter(c, { staff: arrival.staff, how: 'oidc', farewell: arrival.idToken });
        return c.redirect('/desk', 303);
      } catch {
        return refuse(c, 'unavailable');
      }
    });
  }

  const small = bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => c.json({ error: 'too_long' }, 413) });

  if (links !== undefined) {
    app.post('/api/link', small, async (c) => {
      if (!door.isOwnPage(c)) return c.json({ error: 'foreign_origin' }, 403);
      const address = clientAddress(c, isBehindProxy);
      if (!misses.has(address)) return c.json({ error: 'slow_down' }, 429);
      const body = linkBody.safeParse(await c.req.json().catch(() => undefined));
      const staff = body.success ? await links.use(body.data.token) : undefined;
      if (staff === undefined) {
        misses.take(address);
        parts.onRefused('link');
        return c.json({ error: 'lapsed' }, 410);
      }
      await door.enter(c, { staff, how: 'link' });
      return c.json({ state: 'entered' });
    });
  }

  app.post('/api/logout', small, async (c) => {
    const entered = await door.entered(c);
    if (entered === undefined) return c.json({ error: 'no_session' }, 401);
    if (!door.isMeant(c, entered)) return c.json({ error: 'foreign_origin' }, 403);
    const { farewell } = (await door.leave(c)) ?? {};
    const idToken = farewell === undefined ? undefined : secret.unseal(farewell);
    const next = idToken === undefined ? undefined : await oidc?.farewell(idToken).catch(() => undefined);
    return c.json({ state: 'left', ...(next === undefined ? {} : { next }) });
  });

  return app;
}
