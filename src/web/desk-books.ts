/**
 * The knowledge as staff read it: what holds in a region on a day, since when and by which source, what a
 * citizen would be told, and what would become of it. Also where a curator takes an answer out of use.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import { impactOf, wordsTo } from '../cli/impact.ts';
import type { Withdrawal, Withdrawals } from '../contracts/store.ts';
import { render } from '../dialog/render.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import { maskNumbers } from '../domain/masking.ts';
import type { Editions } from '../editions.ts';
import { mayBeSaid } from '../knowledge/answers.ts';
import { changesBetweenDays } from '../knowledge/diff.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import {
  allEntriesAt,
  type EffectiveRule,
  effectiveRules,
  isTellable,
  NATION,
  regionChain,
  regionName,
} from '../knowledge/lookup.ts';
import type { FaqEntry } from '../knowledge/schema/faq.ts';
import { type DatedRule, OPERATIONS, type RuleId } from '../knowledge/schema/region.ts';
import { withoutWithdrawn } from '../knowledge/withdrawn.ts';
import { type DeskEnv, refuseForm, within } from './desk-guard.ts';

/** How far ahead the page looks for what changes by itself. */
const AHEAD_DAYS = 365;
const CHANGES = 200;
/** Questions tried for one entry: each is understood twice, and citizens wait for the same processor. */
const QUESTIONS = 80;
const REASON_CHARS = 300;

const day = z.iso.date();
const region = z.string().regex(/^\d{6}$/u);
const placed = z.object({ region: region.default(NATION), asOf: day.optional() });
const askedSchema = z.object({
  text: z.string().trim().min(1).max(300),
  region: region.default(NATION),
  asOf: day.optional(),
});
const reasonSchema = z.object({ reason: z.string().trim().min(4).max(REASON_CHARS) });

export interface BookRoutesParts {
  readonly editions: Editions;
  readonly store: Withdrawals;
  /** Takes at once out of the answers what was withdrawn; other processes follow within seconds. */
  readonly refresh: () => Promise<void>;
  readonly today: () => Day;
}

export function bookRoutes({ editions, store, refresh, today }: BookRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  /** With what is withdrawn: staff must see it to put it back. */
  const books = () => editions.whole().knowledge;

  app.get('/regions', (c) => {
    const { regions, version } = books();
    const list = [...regions.values()].map(({ code, name, level }) => ({ code, name, level }));
    return c.json({ version, today: today(), regions: list.toSorted((a, b) => (a.code < b.code ? -1 : 1)) });
  });

  app.get('/rules', (c) => {
    const asked = placed.safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    return c.json(rulesOf(books(), asked.data.region, asked.data.asOf ?? today()));
  });

  app.get('/entries', async (c) => {
    const asked = placed.safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    const asOf = asked.data.asOf ?? today();
    const chain = regionChain(books(), asked.data.region);
    const off = new Map((await store.withdrawn()).map((one) => [one.id, one]));
    const entries = [...books().faq.values()]
      .filter(({ regions }) => chain.some((code) => regions.includes(code)))
      .map((entry) => headOf(books(), entry, asOf, off.get(entry.id)));
    return c.json({ asOf, entries });
  });

  app.get('/entries/:id', async (c) => {
    const asked = placed.safeParse(c.req.query());
    const entry = books().faq.get(c.req.param('id'));
    if (!asked.success) return refuseForm(c, asked.error);
    if (entry === undefined) return c.json({ error: 'unknown' }, 404);
    const asOf = asked.data.asOf ?? today();
    const off = (await store.withdrawn()).find(({ id }) => id === entry.id);
    return c.json(entryOf(books(), entry, { region: asked.data.region, asOf, off }));
  });

  app.get('/changes', (c) => {
    const asked = z.object({ from: day, to: day, region: region.optional() }).safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    const { region: code, ...span } = asked.data;
    const changes = changesBetweenDays(books(), { ...span, ...(code === undefined ? {} : { region: code }) });
    return c.json({ total: changes.length, changes: changes.slice(0, CHANGES) });
  });

  // A question is somebody's words: in the body, masked, and kept nowhere.
  app.post('/ask', async (c) => {
    const asked = askedSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!asked.success) return refuseForm(c, asked.error);
    const { text, region: code, asOf = today() } = asked.data;
    const parts = wordsTo(editions.of(), { text: maskNumbers(text).text, region: code, from: 'desk' }, asOf);
    return c.json({
      asOf,
      parts: parts.map(({ id, text: words, params }) => ({ id, text: words, faq: params.faq })),
    });
  });

  app.post('/entries/:id/impact', within('curating'), async (c) => {
    const entry = books().faq.get(c.req.param('id'));
    if (entry === undefined) return c.json({ error: 'unknown' }, 404);
    return c.json(await impactOfWithdrawing(editions, entry, today()));
  });

  app.post('/entries/:id/withdraw', within('curating'), async (c) => {
    const asked = reasonSchema.safeParse(await c.req.json().catch(() => undefined));
    const id = c.req.param('id');
    if (!asked.success) return refuseForm(c, asked.error);
    if (!books().faq.has(id)) return c.json({ error: 'unknown' }, 404);
    const reason = maskNumbers(asked.data.reason).text;
    const state = await store.withdraw({ id, kind: 'faq', reason, by: c.var.entered.staff.id });
    await refresh();
    return c.json({ state });
  });

  app.post('/entries/:id/restore', within('curating'), async (c) => {
    const state = await store.restore({ id: c.req.param('id'), by: c.var.entered.staff.id });
    await refresh();
    return c.json({ state });
  });

  return app;
}

// === Rules and ways of a region

function rulesOf(knowledge: Knowledge, code: RegionCode, asOf: Day) {
  return {
    asOf,
    region: { code, name: regionName(knowledge, code) },
    chain: regionChain(knowledge, code).map((one) => ({ code: one, name: regionName(knowledge, one) })),
    rules: effectiveRules(knowledge, code, asOf).map((found) => ruleLine(knowledge, code, found)),
    ways: OPERATIONS.flatMap((operation) => allEntriesAt(knowledge, operation, code, asOf)).map((way) => ({
      operation: way.operation,
      platform: knowledge.lexicon.platforms[way.platform]?.label ?? way.platform,
      client: way.client,
      path: way.path,
      scope: way.scope,
      isTold: isTellable(way),
      region: regionName(knowledge, way.region),
      ...provenance(knowledge, way),
    })),
    ahead: changesBetweenDays(knowledge, { from: asOf, to: later(asOf), region: code }).slice(0, CHANGES),
  };
}

function ruleLine(knowledge: Knowledge, code: RegionCode, found: EffectiveRule) {
  return {
    rule: found.rule,
    value: found.value,
    status: found.status,
    isTold: isTellable(found),
    region: regionName(knowledge, found.region),
    ...provenance(knowledge, found),
    line: timeLine(knowledge, code, found.rule),
  };
}

/** Every value a level of the chain ever had, oldest first. */
function timeLine(knowledge: Knowledge, code: RegionCode, rule: RuleId) {
  return regionChain(knowledge, code)
    .flatMap((level) => {
      const values = (knowledge.regions.get(level)?.rules[rule] ?? []) as readonly DatedRule[];
      return values.map(({ from, until, value, status, source }) => ({
        region: regionName(knowledge, level),
        from,
        ...(until === undefined ? {} : { until }),
        value,
        status,
        ...sourceOf(knowledge, source),
      }));
    })
    .toSorted((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)));
}

function provenance(
  knowledge: Knowledge,
  {
    from,
    until,
    source,
    checked,
    note,
  }: Pick<EffectiveRule, 'from' | 'until' | 'source' | 'checked' | 'note'>,
) {
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(checked === undefined ? {} : { checked }),
    ...(note === undefined ? {} : { note }),
    ...(source === undefined ? {} : sourceOf(knowledge, source)),
  };
}

function sourceOf(knowledge: Knowledge, id: string) {
  const source = knowledge.sources.get(id);
  if (source === undefined) return {};
  const { title, publisher, grade, date, url } = source;
  return {
    source: {
      id,
      title,
      publisher,
      grade,
      ...(date === undefined ? {} : { date }),
      ...(url === undefined ? {} : { url }),
    },
  };
}

// === Answers

function headOf(knowledge: Knowledge, entry: FaqEntry, asOf: Day, off: Withdrawal | undefined) {
  return {
    id: entry.id,
    title: entry.title,
    intent: knowledge.intents.get(entry.intent)?.label ?? entry.intent,
    regions: entry.regions.map((code) => regionName(knowledge, code)),
    isSaid: off === undefined && mayBeSaid(knowledge, entry, asOf),
    isOverdue: entry.review_due < asOf,
    ...(off === undefined ? {} : { withdrawn: { reason: off.reason, by: off.by, at: off.at } }),
  };
}

interface Shown {
  readonly region: RegionCode;
  readonly asOf: Day;
  readonly off: Withdrawal | undefined;
}

function entryOf(knowledge: Knowledge, entry: FaqEntry, { region: code, asOf, off }: Shown) {
  const params = { faq: entry.id, region: code, ...(entry.review_due < asOf ? { overdue: true } : {}) };
  return {
    ...headOf(knowledge, entry, asOf, off),
    asOf,
    from: entry.valid_from,
    ...(entry.valid_until === undefined ? {} : { until: entry.valid_until }),
    status: entry.status,
    reviewed: entry.reviewed_on,
    due: entry.review_due,
    when: entry.when,
    questions: entry.questions,
    sources: entry.sources.flatMap((id) => {
      const { source } = sourceOf(knowledge, id);
      return source === undefined ? [] : [source];
    }),
    /** Word for word as a citizen would read it. */
    shown: render({ id: 'answer', params }, knowledge).text,
  };
}

async function impactOfWithdrawing(editions: Editions, entry: FaqEntry, asOf: Day) {
  const before = editions.of();
  const after = { ...before, knowledge: withoutWithdrawn(before.knowledge, [{ kind: 'faq', id: entry.id }]) };
  const questions = [...before.knowledge.faq.values()]
    .filter(({ intent, status }) => intent === entry.intent && status === 'current')
    .toSorted((a, b) => Number(b.id === entry.id) - Number(a.id === entry.id))
    .flatMap(({ id, questions: asked, regions }) =>
      asked.map((text) => ({ text, region: regions[0], from: id })),
    )
    .slice(0, QUESTIONS);
  const found = [];
  for (const question of questions) {
    found.push(...impactOf(before, after, [question], asOf));
    // One at a time, with the citizens' turns between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    asked: questions.length,
    changes: found.map(({ text, from, before: old, after: now }) => ({
      text,
      from,
      before: old.said,
      after: now.said,
    })),
  };
}

function later(asOf: Day): Day {
  return new Date(Date.parse(`${asOf}T00:00:00Z`) + AHEAD_DAYS * 86_400_000).toISOString().slice(0, 10);
}
