/**
 * The secure pages' HTTP, mounted at `/api/secure`. The secret in the path is the only key; answers
 * are never stored by browser or proxy. Requests are counted by link; by address only those for links that do
 * not exist, so that one who guesses shuts nobody out with whom an address is shared.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { clientAddress } from '../connectors/web/client-address.ts';
import { createLimiter } from '../connectors/web/rate-limit.ts';
import { isOwnPage } from '../connectors/web/routes.ts';
import type { Clock } from '../contracts/clock.ts';
import type { SecureDesk } from '../secure/secure-desk.ts';
import type { SubmitResult } from '../secure/views.ts';

/** A signature image of 200 kB in base64, and the words around it. */
const BODY_MAX_BYTES = 300 * 1024;
/** Requests a minute: of one link more than a person can make, of one address what only a machine makes. */
const REQUESTS_PER_LINK = 60;
const REQUESTS_PER_ADDRESS = 3_000;
/** Unknown secrets a minute: links get truncated by people, not sixty times. */
const MISSES_PER_ADDRESS = 60;

const fieldsSchema = z
  .record(z.string().max(40), z.union([z.string().max(BODY_MAX_BYTES), z.boolean()]))
  .refine((fields) => Object.keys(fields).length <= 20);

export interface SecureRoutesParts {
  readonly secure: SecureDesk;
  readonly clock: Clock;
  readonly publicUrl?: string | undefined;
  readonly isBehindProxy: boolean;
}

export function secureRoutes({ secure, clock, publicUrl, isBehindProxy }: SecureRoutesParts): Hono {
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

  app.get('/:token', async (c) => {
    const view = await secure.open(c.req.param('token'));
    if (isGuessing(c, view.state)) return slowDown(c);
    return c.json(view, view.state === 'unknown' ? 404 : 200);
  });

  app.post(
    '/:token',
    bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => c.json({ error: 'too_long' }, 413) }),
    async (c) => {
      if (!isOwnPage(c, publicUrl)) return c.json({ error: 'foreign_origin' }, 403);
      const fields = fieldsSchema.safeParse(await c.req.json().catch(() => undefined));
      if (!fields.success) return c.json({ error: 'bad_message' }, 400);
      const result = await secure.submit(c.req.param('token'), fields.data);
      if (!result.ok && isGuessing(c, result.state)) return slowDown(c);
      return c.json(result, statusOf(result));
    },
  );
  return app;
}

function slowDown(c: Context) {
  c.header('Retry-After', '60');
  return c.json({ error: 'slow_down' }, 429);
}

function statusOf(result: SubmitResult): 200 | 404 | 409 | 410 | 422 {
  if (result.ok) return 200;
  return ({ open: 422, used: 409, lapsed: 410, unknown: 404 } as const)[result.state];
}
