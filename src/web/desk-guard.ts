/** What every request of the desk passes: a session, a role, and for acts that they are meant. */
import type { Context, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { z } from 'zod';
import { createLimiter } from '../connectors/web/rate-limit.ts';
import type { Clock } from '../contracts/clock.ts';
import { type Area, mayEnter } from './desk-access.ts';
import type { DeskDoor, Entered } from './desk-sessions.ts';

/** Requests a minute of one login: a page with several lists that are drawn anew at every change. */
const REQUESTS_PER_SESSION = 600;

export interface DeskEnv {
  Variables: { entered: Entered };
}

/** Without a login nothing is told, not even whether an address exists. */
export function loggedIn(door: DeskDoor, clock: Clock): MiddlewareHandler<DeskEnv> {
  const requests = createLimiter({ perMinute: REQUESTS_PER_SESSION, clock });
  return createMiddleware<DeskEnv>(async (c, next) => {
    const entered = await door.entered(c);
    if (entered === undefined) return c.json({ error: 'no_session' }, 401);
    if (!requests.take(entered.session.key)) return c.json({ error: 'slow_down' }, 429);
    const isReading = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!isReading && !door.isMeant(c, entered)) return c.json({ error: 'foreign_origin' }, 403);
    c.set('entered', entered);
    return next();
  });
}

export function within(area: Area): MiddlewareHandler<DeskEnv> {
  return createMiddleware<DeskEnv>(async (c, next) => {
    if (!mayEnter(c.var.entered.staff.roles, area)) return c.json({ error: 'forbidden' }, 403);
    return next();
  });
}

/** Names the first field that does not fit; never what stood in it. */
export function refuseForm(c: Context, error: z.ZodError) {
  const [field = ''] = error.issues[0]?.path ?? [];
  return c.json({ ok: false, reason: 'bad_input', field: String(field) }, 422);
}
