/**
 * What those who run the house ask it: is it ready, and its numbers. Whether it is ready anybody may know, a
 * load balancer for one. Reasons and numbers are for whoever has the token; without a token set, for programs
 * on this very machine that came by no proxy.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { clientAddress } from '../connectors/web/client-address.ts';
import { METRICS_TYPE } from '../metrics.ts';

export interface Ops {
  ready(): Promise<{ readonly ready: boolean }>;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

export interface OpsParts {
  readonly ops: Ops;
  readonly token?: string | undefined;
}

const HERE = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** Put there by proxies: who has one did not come from this machine. */
const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'] as const;

export function opsRoutes({ ops, token }: OpsParts): Hono {
  const app = new Hono();

  function mayLook(c: Context): boolean {
    if (token !== undefined) return isSame(c.req.header('authorization') ?? '', `Bearer ${token}`);
    return HERE.has(clientAddress(c, false)) && FORWARDED.every((name) => c.req.header(name) === undefined);
  }

  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  app.get('/readyz', async (c) => {
    const state = await ops.ready();
    return c.json(mayLook(c) ? state : { ready: state.ready }, state.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    // As if there were nothing: who may not look need not know.
    if (!mayLook(c)) return c.notFound();
    return c.body(await ops.metrics(), 200, { 'Content-Type': METRICS_TYPE });
  });
  return app;
}

function isSame(given: string, expected: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
