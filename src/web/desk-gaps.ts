/** What nobody could answer, what staff propose to know from now on, and the second pair of eyes that approves it. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { Advice } from '../contracts/advice.ts';
import { key, pressed, proposalSchema, proposed } from './desk-cases.ts';
import { type DeskEnv, refuseForm } from './desk-guard.ts';

const GROUPS = 60;

export interface GapRoutesParts {
  readonly advice: Advice;
}

export function gapRoutes({ advice }: GapRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();

  app.get('/', async (c) => {
    const [gaps, proposals] = await Promise.all([advice.gaps(GROUPS), advice.proposals()]);
    return c.json({ gaps, proposals });
  });

  app.post('/:gap/proposals', async (c) => {
    const body = proposalSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return refuseForm(c, body.error);
    const by = c.var.entered.staff;
    const { text } = body.data;
    return proposed(
      c,
      await advice.proposeEntry({ by, gap: c.req.param('gap'), text, key: pressed(by, body.data.key) }),
    );
  });

  app.post('/proposals/:id/approve', async (c) => {
    const body = z.object({ key }).safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return refuseForm(c, body.error);
    const by = c.var.entered.staff;
    const proposal = c.req.param('id');
    const result = await advice.approveEntry({ by, proposal, key: pressed(by, body.data.key) });
    if (result.ok) return c.json(result);
    return c.json(result, ({ own: 409, forbidden: 403, unknown: 404, already: 409 } as const)[result.reason]);
  });

  return app;
}
