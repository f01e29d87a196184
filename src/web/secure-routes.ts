/**
 * The secure pages' HTTP, mounted at `/api/secure`. The secret in the path is the only key; answers
 * are never stored by browser or proxy. Requests are counted by link; by address only those for links that do
 * not exist, so that one who guesses shuts nobody out with whom an address is shared.
 */
import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { clientAddress } from '../connectors/web/client-address.ts';
import { createLimiter } from '../connectors/web/rate-limit.ts';
import { isOwnPage } from '../connectors/web/routes.ts';
import type { WhoseTalk } from '../connectors/web/talk-sessions.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ConversationId } from '../domain/ids.ts';
import { newSecureToken } from '../domain/secure-token.ts';
import type { SecureDesk } from '../secure/secure-desk.ts';
import type { SubmitResult } from '../secure/views.ts';

/** A signature image of 200 kB in base64, and the words around it. */
const BODY_MAX_BYTES = 300 * 1024;
/** Requests a minute: of one link more than a person can make, of one address what only a machine makes. */
const REQUESTS_PER_LINK = 60;
const REQUESTS_PER_ADDRESS = 3_000;
/** Unknown secrets a minute: links get truncated by people, not sixty times. */
const MISSES_PER_ADDRESS = 60;

/**
 * A browser that brings no pass is given one and sent round once: only a pass it has shown claims a link, so that no link is
 * lost with an answer that does not arrive. One that keeps no cookies comes back without, and is let in as it is.
 */
const SECOND_TRY = '?again=1';
const isSecondTry = (c: Context): boolean => c.req.query('again') !== undefined;

const PASS = 'gongji_page';
/** No secret of ours: the link is then somebody else's. */
const NO_PASS = '';
/** Longer than any link lives. */
const PASS_LIFE_S = 24 * 3600;

const fieldsSchema = z
  .record(z.string().max(40), z.union([z.string().max(BODY_MAX_BYTES), z.boolean()]))
  .refine((fields) => Object.keys(fields).length <= 20);

export interface SecureRoutesParts {
  readonly secure: SecureDesk;
  /** Told when somebody has verified, by the request that did it. */
  readonly proved: (c: Context, conversation: ConversationId) => Promise<void>;
  /** Whose browser this is, as far as the channel of that conversation can tell. */
  readonly whoseTalk: (c: Context, conversation: ConversationId) => Promise<WhoseTalk>;
  readonly clock: Clock;
  readonly publicUrl?: string | undefined;
  readonly isBehindProxy: boolean;
}

export function secureRoutes(parts: SecureRoutesParts): Hono {
  const { secure, clock, publicUrl, isBehindProxy } = parts;
  const passOf = createPasses(parts);
  const requests = createLimiter({ perMinute: REQUESTS_PER_ADDRESS, clock });
  const requestsOfLink = createLimiter({ perMinute: REQUESTS_PER_LINK, clock });
  const misses = createLimiter({ perMinute: MISSES_PER_ADDRESS, clock });
  const app = new Hono();

  app.use('/:token', async (c, next) => {
    c.header('Cache-Control', 'no-store');
    const isWithin =
      requestsOfLink.take(c.req.param('token')) && requests.take(clientAddress(c, isBehindProxy));
    return isWithin ? next() : slowDown(c);
  });

  /** Whether this was one more link that does not exist than an address is answered. */
  const isGuessing = (c: Context, state: string): boolean =>
    state === 'unknown' && !misses.take(clientAddress(c, isBehindProxy));

  /**
   * What a browser opens a link with. That of the talk needs no pass, so that nothing is lost with an answer that does not
   * arrive; one of another talk holds none, whatever cookie it has; else the first one to open the link keeps it.
   */
  const passFor = async (c: Context, token: string): Promise<Pass> => {
    const link = await secure.about(token);
    const whose = link === undefined ? 'unknown' : await parts.whoseTalk(c, link.conversation);
    if (whose === 'own') return { give: () => {} };
    return whose === 'unknown' ? passOf(c) : { secret: NO_PASS, give: () => {} };
  };

  app.get('/:token', async (c) => {
    const token = c.req.param('token');
    const pass = await passFor(c, token);
    if (pass.isNew === true && !isSecondTry(c) && (await secure.open(token)).state === 'open') {
      pass.give();
      return c.redirect(SECOND_TRY, 307);
    }
    const view = await secure.open(token, pass.secret);
    if (isGuessing(c, view.state)) return slowDown(c);
    if (view.state === 'open') pass.give();
    return c.json(view, view.state === 'unknown' ? 404 : 200);
  });

  app.post(
    '/:token',
    bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => c.json({ error: 'too_long' }, 413) }),
    async (c) => {
      if (!isOwnPage(c, publicUrl)) return c.json({ error: 'foreign_origin' }, 403);
      const fields = fieldsSchema.safeParse(await c.req.json().catch(() => undefined));
      if (!fields.success) return c.json({ error: 'bad_message' }, 400);
      const token = c.req.param('token');
      const pass = await passFor(c, token);
      const result = await secure.submit(token, fields.data, pass.secret);
      if (!result.ok && isGuessing(c, result.state)) return slowDown(c);
      if (result.ok || result.state === 'open') pass.give();
      if (result.ok && result.next === 'done') {
        const link = await secure.about(token);
        if (link?.purpose === 'verify') await parts.proved(c, link.conversation);
      }
      return c.json(result, statusOf(result));
    },
  );
  return app;
}

interface Pass {
  readonly secret?: string;
  /** Made for this request: the browser has shown none. */
  readonly isNew?: boolean;
  give(): void;
}

/**
 * By what a link knows the browser that opened it first: a cookie for the requests of this link alone, which no script sees.
 * It is given when the link is open, and opens it only when it is shown first.
 */
function createPasses({ publicUrl }: Pick<SecureRoutesParts, 'publicUrl'>) {
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  const prefix = isHttps ? 'secure' : undefined;
  return (c: Context): Pass => {
    const held = getCookie(c, PASS, prefix);
    const secret = held ?? newSecureToken(randomBytes);
    const path = new URL(c.req.url).pathname;
    const options = { httpOnly: true, sameSite: 'Strict', path, maxAge: PASS_LIFE_S } as const;
    return {
      secret,
      isNew: held === undefined,
      give(): void {
        if (held !== undefined) return;
        setCookie(c, PASS, secret, isHttps ? { ...options, secure: true, prefix: 'secure' } : options);
      },
    };
  };
}

function slowDown(c: Context) {
  c.header('Retry-After', '60');
  return c.json({ error: 'slow_down' }, 429);
}

function statusOf(result: SubmitResult): 200 | 403 | 404 | 409 | 410 | 422 {
  if (result.ok) return 200;
  return ({ open: 422, used: 409, lapsed: 410, unknown: 404, taken: 403 } as const)[result.state];
}
