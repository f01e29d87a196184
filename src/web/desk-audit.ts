/** The trail of who did what, whether it is as it was written, and every look at personal data with its reason. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { Clock } from '../contracts/clock.ts';
import type { DeskArchive } from '../contracts/desk-archive.ts';
import { present } from './desk-cases.ts';
import { type DeskEnv, refuseForm } from './desk-guard.ts';

const PAGE = 50;
/** The check reads every row there is: often enough for people, too seldom to keep the house busy. */
const VERIFY_EVERY_MS = 10_000;

const listSchema = z.object({
  chain: z.string().max(80).optional(),
  actor: z.enum(['assistant', 'clerk', 'citizen', 'office', 'curator']).optional(),
  action: z
    .string()
    .regex(/^[\w.]{1,60}$/u)
    .optional(),
  after: z.string().max(160).optional(),
});

export interface Verified {
  readonly rows: number;
  readonly broken: readonly string[];
}

export interface AuditRoutesParts {
  readonly store: DeskArchive;
  readonly verify: () => Promise<Verified>;
  readonly clock: Clock;
}

export function auditRoutes({ store, verify, clock }: AuditRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  let last: { readonly at: number; readonly report: Promise<Verified> } | undefined;

  app.get('/', async (c) => {
    const asked = listSchema.safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    return c.json(await store.auditPage({ ...present(asked.data), limit: PAGE }));
  });

  app.get('/reveals', async (c) => {
    const asked = z.object({ after: z.string().max(160).optional() }).safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    return c.json(await store.revealPage({ ...present(asked.data), limit: PAGE }));
  });

  app.post('/verify', async (c) => {
    const now = clock.now();
    // Several auditors, or an impatient one, share a check.
    if (last === undefined || now - last.at >= VERIFY_EVERY_MS) last = { at: now, report: verify() };
    const { at, report } = last;
    const { rows, broken } = await report.catch((error: unknown) => {
      last = undefined;
      throw error;
    });
    return c.json({ rows, broken, isIntact: broken.length === 0, at: new Date(at).toISOString() });
  });

  return app;
}
