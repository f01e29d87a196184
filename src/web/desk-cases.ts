/** Cases: lists, cards and acts, all through the contract of the desk, so that every view agrees. */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Advice, ProposalResult } from '../contracts/advice.ts';
import {
  type Act,
  type ActResult,
  ASKABLE,
  type CaseFilter,
  type Desk,
  PRIORITIES,
  type Refusal,
  type Staff,
} from '../contracts/desk.ts';
import type { CaseId } from '../domain/ids.ts';
import { CAUSES, SYMPTOMS } from '../domain/taxonomy.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type DeskEnv, refuseForm } from './desk-guard.ts';

const CHANNELS = ['web', 'console', 'wechat-oa', 'wecom-kf', 'wechaty', 'slack', 'converse'] as const;
const day = z.iso.date();
const words = (max: number) => z.string().max(max);

const listSchema = z.object({
  show: z.enum(['queue', 'mine', 'unassigned', 'overdue', 'open', 'closed', 'all']).default('queue'),
  region: z
    .string()
    .regex(/^\d{6}$/u)
    .optional(),
  symptom: z.enum(SYMPTOMS).optional(),
  priority: z.enum(PRIORITIES).optional(),
  channel: z.enum(CHANNELS).optional(),
  find: words(100).optional(),
  openedFrom: day.optional(),
  openedUntil: day.optional(),
  after: z
    .string()
    .regex(/^\d{1,9}$/u)
    .optional(),
  limit: z.int().min(1).max(100).optional(),
});

export const key = z.string().regex(/^[\w-]{8,80}$/u);
export const proposalSchema = z.object({ key, text: words(4000) });
const flow = z.string().regex(/^[\w-]{1,40}$/u);

interface Hands {
  readonly desk: Desk;
  readonly advice: Advice;
}

type Did = ActResult | Awaited<ReturnType<Desk['dryRun']>>;
/** Takes the act and its own fields, which were parsed by the schema beside it. */
interface Known<Fields> {
  readonly fields: z.ZodType<Fields>;
  run(hands: Hands, act: Act, fields: Fields): Promise<Did>;
}
const known = <Fields>(fields: z.ZodType<Fields>, run: Known<Fields>['run']): Known<unknown> =>
  ({ fields, run }) as Known<unknown>;
const bare = (run: (hands: Hands, act: Act) => Promise<ActResult>) => known(z.object({}), run);

const ACTS: { readonly [act: string]: Known<unknown> } = {
  claim: bare(({ desk }, act) => desk.claim(act)),
  release: bare(({ desk }, act) => desk.release(act)),
  acknowledge: bare(({ desk }, act) => desk.acknowledge(act)),
  reply: known(z.object({ text: words(4000), draft: words(200).optional() }), reply),
  note: known(z.object({ text: words(4000) }), ({ desk }, act, { text }) => desk.note({ ...act, text })),
  'ask-for': known(
    z.object({ what: z.enum(ASKABLE), detail: words(4000).optional() }),
    ({ desk }, act, { what, detail }) => desk.askFor({ ...act, what, ...present({ detail }) }),
  ),
  'dry-run': known(z.object({ flow }), ({ desk }, act, fields) => desk.dryRun({ ...act, ...fields })),
  'start-act': known(z.object({ flow }), ({ desk }, act, fields) => desk.startAct({ ...act, ...fields })),
  'give-back': known(z.object({ isSolved: z.literal(true).optional() }), ({ desk }, act, { isSolved }) =>
    desk.giveBack({ ...act, ...present({ isSolved }) }),
  ),
  snooze: known(z.object({ until: z.iso.datetime({ offset: true }) }), ({ desk }, act, { until }) =>
    desk.snooze({ ...act, until }),
  ),
  priority: known(z.object({ priority: z.enum(PRIORITIES) }), ({ desk }, act, { priority }) =>
    desk.setPriority({ ...act, priority }),
  ),
  transfer: known(
    z.object({ to: words(200), note: words(4000).optional() }),
    async ({ desk }, act, { to, note }) => {
      // Only to somebody who has worked here: a typing error must not swallow a case.
      const found = (await desk.staff()).find(({ id }) => id === to);
      if (found === undefined) return { ok: false, reason: 'bad_input', field: 'to' };
      return desk.transfer({ ...act, to: found, ...present({ note }) });
    },
  ),
  close: known(
    z.object({ trueCause: z.enum(CAUSES).optional(), note: words(4000).optional() }),
    ({ desk }, act, fields) => desk.close({ ...act, ...present(fields) }),
  ),
  reopen: known(z.object({ note: words(4000).optional() }), ({ desk }, act, fields) =>
    desk.reopen({ ...act, ...present(fields) }),
  ),
};

/** What became of a draft is kept, so that poor ones are offered less. */
async function reply(
  { desk, advice }: Hands,
  act: Act,
  { text, draft }: { readonly text: string; readonly draft?: string | undefined },
): Promise<ActResult> {
  const result = await desk.reply({ ...act, text });
  const offered = result.ok && draft !== undefined ? await advice.draft(act.case, draft) : undefined;
  if (offered !== undefined) {
    const outcome = offered.text.trim() === text.trim() ? 'sent' : 'edited';
    await advice.useDraft({ ...act, draft: offered.id, outcome, sent: text });
  }
  return result;
}

export interface CaseRoutesParts extends Hands {
  readonly knowledge: () => Knowledge;
}

export function caseRoutes({ desk, advice, knowledge }: CaseRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();

  // Words that are searched for may be a citizen's: they travel in the body, never in an address.
  app.post('/list', async (c) => {
    const asked = listSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!asked.success) return refuseForm(c, asked.error);
    const { after, limit, ...filter } = asked.data;
    const { staff } = c.var.entered;
    const mine = filter.show === 'mine' ? { owner: staff.id } : {};
    return c.json(await desk.list({ ...present(filter), ...mine } as CaseFilter, present({ after, limit })));
  });

  /** What lists can be narrowed by. */
  app.get('/choices', (c) => {
    const { regions, lexicon } = knowledge();
    return c.json({
      regions: [...regions.values()].map(({ code, name }) => ({ code, name })),
      symptoms: SYMPTOMS.map((id) => ({ id, label: lexicon.symptoms[id]?.label ?? id })),
    });
  });

  app.get('/figures', async (c) => c.json(await desk.statsOf()));
  app.get('/staff', async (c) => c.json({ staff: await desk.staff() }));

  app.get('/:id', async (c) => {
    const head = await desk.find(c.req.param('id'));
    const view = head && (await desk.caseView(head.id));
    if (view === undefined) return c.json({ error: 'unknown_case' }, 404);
    return c.json({ case: view, causes: await desk.causes(view.id) });
  });

  app.get('/:id/drafts', async (c) => c.json({ drafts: await advice.drafts(c.req.param('id') as CaseId) }));

  app.post('/:id/proposals', async (c) => {
    const body = proposalSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return refuseForm(c, body.error);
    const by = c.var.entered.staff;
    const about = { by, case: c.req.param('id') as CaseId, ...body.data, key: pressed(by, body.data.key) };
    return proposed(c, await advice.proposeEntry(about));
  });

  app.post('/:id/acts/:act', async (c) => {
    const wanted = c.req.param('act');
    const found = Object.hasOwn(ACTS, wanted) ? ACTS[wanted] : undefined;
    if (found === undefined) return c.json({ error: 'not_found' }, 404);
    const body: unknown = await c.req.json().catch(() => undefined);
    const named = z.object({ key }).safeParse(body);
    if (!named.success) return refuseForm(c, named.error);
    const fields = found.fields.safeParse(body);
    if (!fields.success) return refuseForm(c, fields.error);
    const { staff } = c.var.entered;
    return answered(
      c,
      await found.run({ desk, advice }, actOf(staff, c.req.param('id'), named.data.key), fields.data),
    );
  });

  app.post('/:id/reveal', async (c) => {
    const body = z.object({ key, reason: words(400) }).safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return refuseForm(c, body.error);
    const { staff } = c.var.entered;
    const act = actOf(staff, c.req.param('id'), body.data.key);
    const result = await desk.reveal({ ...act, reason: body.data.reason });
    if (!result.ok) return refused(c, result);
    const { name, documentType, documentNumber } = result.record;
    const { id, expiresAt } = result.reveal;
    return c.json({ ok: true, reveal: { id, expiresAt }, record: { name, documentType, documentNumber } });
  });

  return app;
}

function actOf(by: Staff, id: string, key: string): Act {
  return { by, case: id as CaseId, key: pressed(by, key) };
}

/** Two people who press at once may send the same key: the id of who pressed keeps them apart. */
export function pressed(by: Staff, key: string): string {
  return `web:${by.id}:${key}`.slice(0, 200);
}

export function proposed(c: Context, result: ProposalResult) {
  if (result.ok) return c.json(result);
  return c.json(
    result,
    ({ forbidden: 403, unknown: 404, empty: 422, too_long: 422 } as const)[result.reason],
  );
}

function answered(c: Context, result: Did) {
  return result.ok ? c.json(result) : refused(c, result);
}

const STATUS = {
  unknown_case: 404,
  owned: 409,
  unclaimed: 409,
  closed: 409,
  not_closed: 409,
  no_conversation: 409,
  forbidden: 403,
  bad_input: 422,
  nobody: 409,
  lapsed: 410,
} as const;

function refused(
  c: Context,
  refusal: Refusal | { readonly ok: false; readonly reason: 'nobody' | 'lapsed' },
) {
  return c.json(refusal, STATUS[refusal.reason]);
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
/** Without the keys that hold nothing. */
export function present<T extends object>(values: T): Partial<Present<T>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Present<T>
  >;
}
