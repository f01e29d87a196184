/** The figures for the desk's charts: one answer for all of them, a CSV for each, and the open data. Nothing in it is about one person. */
import { Hono } from 'hono';
import { z } from 'zod';
import { conversation as lifeOf } from '../../flows/conversation.ts';
import { FLOWS, flowOf } from '../../flows/index.ts';
import { chartOf, layoutOf } from '../cli/statechart.ts';
import type { Clock } from '../contracts/clock.ts';
import type { DeskStore } from '../contracts/desk-store.ts';
import type { StatisticsStore } from '../contracts/statistics.ts';
import type { Editions } from '../editions.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { toCsv } from '../statistics/csv.ts';
import { dayOf, plusDays } from '../statistics/days.ts';
import { nameOf } from '../statistics/names.ts';
import { DEFAULT_K, LEAST_K, openDataOf } from '../statistics/open-data.ts';
import { type Files, filesOf } from '../statistics/open-files.ts';
import { type FigureQuery, type FiguresReport, reportOf } from '../statistics/report.ts';
import { isChart, tableOf } from '../statistics/tables.ts';
import type { DeskEnv } from './desk-guard.ts';

export interface FiguresRoutesParts {
  readonly store: StatisticsStore & Pick<DeskStore, 'staffKnown'>;
  readonly editions: Editions;
  readonly clock: Clock;
}

const SHOWN_DAYS = 30;
/** More days than two years make charts that nobody can read, and answers that nobody waits for. */
const MOST_DAYS = 750;
const OPEN_DAYS = 365;
const NO_LICENCE = '发布单位尚未写明许可，写明之前请勿转用';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u);
const asked = z.object({
  from: day.optional(),
  to: day.optional(),
  channel: z.string().max(20).optional(),
  region: z
    .string()
    .regex(/^\d{6}$/u)
    .optional(),
});
const askedOpen = z.object({
  from: day.optional(),
  to: day.optional(),
  k: z.coerce.number().int().min(LEAST_K).max(1000).optional(),
});

export function figuresRoutes({ store, editions, clock }: FiguresRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const queryIn = (given: Record<string, string>): FigureQuery | undefined => {
    const parsed = asked.safeParse(withoutEmpty(given));
    if (!parsed.success) return undefined;
    const until = parsed.data.to ?? dayOf(clock.now());
    const from = parsed.data.from ?? plusDays(until, 1 - SHOWN_DAYS);
    if (from > until || plusDays(from, MOST_DAYS) < until) return undefined;
    const { channel, region } = parsed.data;
    return { from, until, ...(channel ? { channel } : {}), ...(region ? { region } : {}) };
  };

  app.get('/', async (c) => {
    const query = queryIn(c.req.query());
    if (query === undefined) return c.json({ error: 'bad_input' }, 422);
    const report = await reportOf(store, query);
    const staff = await store.staffKnown();
    return c.json({
      report,
      names: namesIn(report, editions.of().knowledge, staff),
      flows: Object.keys(FLOWS),
      countedAt: await store.figuresMark('refreshed'),
      isExample: (await store.figuresMark('example')) > 0,
    });
  });

  app.get('/flows/:id', (c) => {
    const id = c.req.param('id');
    const machine = id === lifeOf.id ? lifeOf : flowOf(id)?.machine;
    return machine === undefined ? c.json({ error: 'not_found' }, 404) : c.json(layoutOf(chartOf(machine)));
  });

  app.get('/csv/:chart', async (c) => {
    const chart = c.req.param('chart');
    const query = queryIn(c.req.query());
    if (!isChart(chart)) return c.json({ error: 'not_found' }, 404);
    if (query === undefined) return c.json({ error: 'bad_input' }, 422);
    const { columns, rows } = tableOf(chart, await reportOf(store, query));
    return file(`${chart}-${query.from}-${query.until}.csv`, toCsv(columns, rows));
  });

  const openFiles = async (given: Record<string, string>): Promise<Files | undefined> => {
    const parsed = askedOpen.safeParse(withoutEmpty(given));
    if (!parsed.success) return undefined;
    const { k = DEFAULT_K, to: until = dayOf(clock.now()) } = parsed.data;
    const from = parsed.data.from ?? plusDays(until, -OPEN_DAYS);
    if (from > until || plusDays(from, 5 * OPEN_DAYS) < until) return undefined;
    const data = await openDataOf(store, { from, until, k, now: clock.now() });
    const { knowledge } = editions.of();
    return filesOf(data, {
      day: dayOf(clock.now()),
      licence: NO_LICENCE,
      isExample: (await store.figuresMark('example')) > 0,
      nameOf: (code) => nameOf(knowledge, code),
    });
  };

  app.get('/open', async (c) => {
    const files = await openFiles(c.req.query());
    if (files === undefined) return c.json({ error: 'bad_input' }, 422);
    return c.json({ k: DEFAULT_K, files: Object.keys(files) });
  });
  app.get('/open/:file', async (c) => {
    const files = await openFiles(c.req.query());
    const name = c.req.param('file');
    if (files === undefined) return c.json({ error: 'bad_input' }, 422);
    const text = Object.hasOwn(files, name) ? files[name] : undefined;
    return text === undefined ? c.json({ error: 'not_found' }, 404) : file(name, text);
  });
  return app;
}

const withoutEmpty = (given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));

/** To be saved, never shown by the browser: a page among the files is of no concern to the desk's own. */
function file(name: string, text: string): Response {
  return new Response(text, {
    headers: {
      'Content-Type': name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    },
  });
}

/** Names of everything the report speaks of by code. */
function namesIn(
  report: FiguresReport,
  knowledge: Knowledge,
  staff: readonly { readonly id: string; readonly displayName: string }[],
): Record<string, string> {
  const { causes, regions, wrong, opinions } = report;
  const codes = [
    ...regions,
    ...causes.map(({ cause }) => cause),
    ...wrong.flatMap(({ entry, reason }) => [entry, reason]),
    ...[...opinions.entry, ...opinions.cause].map(({ id }) => id),
  ];
  const titled = [...new Set(codes)].flatMap((code) => {
    const name = code === '' ? undefined : (knowledge.faq.get(code)?.title ?? nameOf(knowledge, code));
    return name === undefined ? [] : [[code, name] as const];
  });
  return Object.fromEntries([...titled, ...staff.map(({ id, displayName }) => [id, displayName] as const)]);
}
