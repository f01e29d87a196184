/**
 * `gongji stats [refresh | rebuild] [--from DAY] [--to DAY] [--channel ID] [--region CODE] [--json | --csv]
 * [--open-data DIR --k N --licence TEXT] [--data DIR]`: what came of the talks.
 *
 * Counts what is new, then shows the days. `rebuild` counts everything anew from the rows that are still there.
 * What the words mean stands in docs/statistics.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Store } from '../contracts/store.ts';
import { AppError } from '../errors.ts';
import { periodsOf } from '../knowledge/data-classes.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../library.ts';
import { clock } from '../main.ts';
import { toCsv } from '../statistics/csv.ts';
import { dayOf, plusDays } from '../statistics/days.ts';
import { OUTCOMES } from '../statistics/definitions.ts';
import { nameOf } from '../statistics/names.ts';
import { DEFAULT_K, LEAST_K, openDataOf } from '../statistics/open-data.ts';
import { filesOf } from '../statistics/open-files.ts';
import { type FigureQuery, reportOf } from '../statistics/report.ts';
import { statisticsOf } from '../statistics-round.ts';
import type { Command, Io } from './command.ts';
import { openInstallation } from './installation.ts';

/** Days shown unless told. */
const SHOWN_DAYS = 30;
/** Open data begins a year back unless told. */
const OPEN_DAYS = 365;
const NO_LICENCE = '发布单位尚未写明许可，写明之前请勿转用';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  channel: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  'open-data': { type: 'string' },
  k: { type: 'string' },
  licence: { type: 'string' },
  data: { type: 'string' },
} as const;

type Values = ReturnType<typeof parse>['values'];
const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });

export const stats: Command = async (args, io) => {
  const { values, positionals } = parse(args);
  const [verb = 'refresh'] = positionals;
  if (verb !== 'refresh' && verb !== 'rebuild') {
    throw new AppError('bad_input', "gongji stats takes 'refresh', 'rebuild' or nothing");
  }
  const until = dayIn(values.to, 'to') ?? dayOf(clock.now());
  const from = dayIn(values.from, 'from');
  const { opened } = await openInstallation(values.data);
  try {
    const knowledge = loadKnowledge(KNOWLEDGE_DIR);
    const { store } = opened;
    const counted = await statisticsOf(store, clock, periodsOf(knowledge))[verb]();
    io.warn(`gongji stats: ${counted.talks} talks read, ${counted.days.length} days counted`);
    if (values['open-data'] === undefined) {
      await show(store, queryOf(values, from ?? plusDays(until, 1 - SHOWN_DAYS), until), values, io);
    } else {
      const span = { from: from ?? plusDays(until, -OPEN_DAYS), until, k: kIn(values.k) };
      await giveAway(store, knowledge, span, values, io);
    }
    return 0;
  } finally {
    await opened.close();
  }
};

function dayIn(value: string | undefined, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(value) || Number.isNaN(Date.parse(value))) {
    throw new AppError('bad_input', `--${name} takes a day such as 2026-11-25`);
  }
  return value;
}

function kIn(value: string | undefined): number {
  const k = value === undefined ? DEFAULT_K : Number(value);
  if (!Number.isInteger(k) || k < LEAST_K) {
    throw new AppError('bad_input', `--k takes a whole number from ${LEAST_K} on; ${DEFAULT_K} unless given`);
  }
  return k;
}

function queryOf({ channel, region }: Values, from: string, until: string): FigureQuery {
  return {
    from,
    until,
    ...(channel === undefined ? {} : { channel }),
    ...(region === undefined ? {} : { region }),
  };
}

async function show(store: Store, query: FigureQuery, { json, csv }: Values, io: Io): Promise<void> {
  const report = await reportOf(store, query);
  if (json === true) {
    io.print(JSON.stringify(report));
    return;
  }
  const columns = ['day', 'talks', ...OUTCOMES, 'turns', 'askBacks', 'fallbacks'] as const;
  if (csv === true) {
    const rows = report.days.map((line) => columns.map((column) => line[column]));
    io.print(toCsv(columns, rows).trimEnd());
    return;
  }
  for (const line of report.days) io.print(JSON.stringify(line));
  const { cases, waiting, handling, answerAge, opinions } = report;
  io.print(JSON.stringify({ cases, waiting, handling, answerAge, opinions: opinions.all }));
  if (report.days.length === 0) io.warn(`gongji stats: nobody talked from ${query.from} to ${query.until}`);
}

async function giveAway(
  store: Store,
  knowledge: Knowledge,
  span: { readonly from: string; readonly until: string; readonly k: number },
  values: Values,
  io: Io,
): Promise<void> {
  const folder = values['open-data'] as string;
  const data = await openDataOf(store, { ...span, now: clock.now() });
  const files = filesOf(data, {
    day: dayOf(clock.now()),
    licence: values.licence ?? NO_LICENCE,
    isExample: (await store.figuresMark('example')) > 0,
    nameOf: (code) => nameOf(knowledge, code),
  });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { k, from, until } = data;
  io.print(JSON.stringify({ folder, k, from, until, files: Object.keys(files) }));
}
