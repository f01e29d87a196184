/** What the charts show: the cells of a span of days, summed and put into words of the domain. */
import type { CellFilter, DayCell, StatisticsStore } from '../contracts/statistics.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import { dayOf, spanOf, startOf } from './days.ts';
import { OUTCOMES, type Outcome, SETTLE_DAYS } from './definitions.ts';
import { type Spread, spreadOf } from './quantile.ts';

export interface FigureQuery {
  readonly from: Day;
  /** Included. */
  readonly until: Day;
  readonly channel?: string;
  readonly region?: RegionCode;
}

export type ByOutcome = { readonly [O in Outcome]: number };

export interface DayLine extends ByOutcome {
  readonly day: Day;
  readonly talks: number;
  readonly turns: number;
  readonly said: number;
  readonly askBacks: number;
  readonly fallbacks: number;
}

export interface StateLine {
  readonly flow: string;
  readonly state: string;
  readonly entered: number;
  readonly rested: number;
  readonly left: number;
}

export interface FlowLine {
  readonly flow: string;
  readonly begin: number;
  readonly done: number;
  readonly cancelled: number;
  readonly failed: number;
}

export interface WrongLine {
  readonly kind: 'other_cause' | 'unhelpful' | 'withdrawn';
  /** Of the entry. */
  readonly what: string;
  readonly entry: string;
  /** The true cause, the reason of the rating, or the words of whoever withdrew it. */
  readonly reason: string;
  /** Day on which it was put right, or said to be wrong. */
  readonly day: Day;
  /** Of `withdrawn`: how often it had been told within the span, up to that day. */
  readonly n: number;
}

export interface OpinionLine {
  readonly id: string;
  readonly yes: number;
  readonly no: number;
}

export interface FiguresReport {
  readonly query: FigureQuery;
  readonly settleDays: number;
  readonly days: readonly DayLine[];
  readonly channels: readonly (ByOutcome & { readonly channel: string; readonly talks: number })[];
  readonly regions: readonly string[];
  readonly causes: readonly { readonly region: string; readonly cause: string; readonly n: number }[];
  readonly states: readonly StateLine[];
  readonly flows: readonly FlowLine[];
  readonly cases: { readonly opened: number; readonly answered: number; readonly closed: number };
  /** Minutes; absent when there is none. */
  readonly waiting?: Spread;
  readonly handling?: Spread;
  /** Days since the oldest source was looked at, over everything told. */
  readonly answerAge?: Spread;
  readonly ages: readonly { readonly days: number; readonly n: number }[];
  readonly wrong: readonly WrongLine[];
  readonly opinions: {
    readonly all: OpinionLine;
    readonly entry: readonly OpinionLine[];
    readonly cause: readonly OpinionLine[];
    readonly clerk: readonly OpinionLine[];
  };
}

export async function reportOf(store: StatisticsStore, query: FigureQuery): Promise<FiguresReport> {
  const at = (...figures: string[]): CellFilter => ({ ...query, figures });
  const daily = await store.sums(at('talks', 'turns', 'said', 'action'), ['day']);
  const channels = await store.sums(at('talks'), ['channel']);
  const regional = await store.sums(at('cause', 'talks'), ['region']);
  const sums = await store.sums(
    at('state', 'flow', 'cases', 'wait', 'handling', 'age', 'csat', 'csat.entry', 'csat.cause', 'csat.clerk'),
    [],
  );
  const of = (figure: string) => sums.filter((cell) => cell.figure === figure);
  const opinions = (figure: string) => opinionsOf(of(figure));
  const waiting = spreadOf(histogramOf(of('wait')));
  const handling = spreadOf(histogramOf(of('handling')));
  const answerAge = spreadOf(histogramOf(of('age')));
  return {
    query,
    settleDays: SETTLE_DAYS,
    days: daysOf(daily),
    channels: channelsOf(channels),
    regions: [...new Set(regional.map(({ region }) => region))].toSorted(),
    causes: regional
      .filter(({ figure }) => figure === 'cause')
      .map(({ region, detail, n }) => ({ region, cause: detail, n })),
    states: statesOf(of('state')),
    flows: flowsOf(of('flow')),
    cases: {
      opened: numberOf(of('cases'), 'opened'),
      answered: numberOf(of('cases'), 'answered'),
      closed: numberOf(of('cases'), 'closed'),
    },
    ...(waiting === undefined ? {} : { waiting }),
    ...(handling === undefined ? {} : { handling }),
    ...(answerAge === undefined ? {} : { answerAge }),
    ages: histogramOf(of('age'))
      .toSorted(([a], [b]) => a - b)
      .map(([days, n]) => ({ days, n })),
    wrong: await wrongOf(store, query),
    opinions: {
      all: { id: '', yes: numberOf(of('csat'), 'yes'), no: numberOf(of('csat'), 'no') },
      entry: opinions('csat.entry'),
      cause: opinions('csat.cause'),
      clerk: opinions('csat.clerk'),
    },
  };
}

type Cells = readonly DayCell[];

const numberOf = (cells: Cells, detail: string): number =>
  cells.filter((cell) => cell.detail === detail).reduce((sum, { n }) => sum + n, 0);

const histogramOf = (cells: Cells) => cells.map(({ detail, n }) => [Number(detail), n] as const);

const byOutcome = (cells: Cells): ByOutcome =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, numberOf(cells, outcome)])) as ByOutcome;

const sumOf = (cells: Cells): number => cells.reduce((sum, { n }) => sum + n, 0);

function grouped(cells: Cells, keyOf: (cell: DayCell) => string): readonly (readonly [string, Cells])[] {
  const groups = new Map<string, DayCell[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups];
}

function daysOf(cells: Cells): readonly DayLine[] {
  return grouped(cells, ({ day }) => day).map(([day, some]) => {
    const of = (figure: string) => some.filter((cell) => cell.figure === figure);
    const talks = of('talks');
    return {
      day,
      ...byOutcome(talks),
      talks: sumOf(talks),
      turns: sumOf(of('turns')),
      said: sumOf(of('said')),
      askBacks: numberOf(of('action'), 'ask_back'),
      fallbacks: numberOf(of('action'), 'fallback'),
    };
  });
}

function channelsOf(cells: Cells): FiguresReport['channels'] {
  return grouped(cells, ({ channel }) => channel).map(([channel, some]) => ({
    channel,
    ...byOutcome(some),
    talks: sumOf(some),
  }));
}

function statesOf(cells: Cells): readonly StateLine[] {
  return grouped(cells, ({ detail }) => detail.split('/')[0] as string).map(([place, some]) => {
    const [flow = '', state = ''] = place.split('.');
    const n = (deed: string) => numberOf(some, `${place}/${deed}`);
    return { flow, state, entered: n('entered'), rested: n('rested'), left: n('left') };
  });
}

function flowsOf(cells: Cells): readonly FlowLine[] {
  return grouped(cells, ({ detail }) => detail.split(':')[0] as string).map(([flow, some]) => {
    const n = (how: string) => numberOf(some, `${flow}:${how}`);
    return { flow, begin: n('begin'), done: n('done'), cancelled: n('cancelled'), failed: n('failed') };
  });
}

function opinionsOf(cells: Cells): readonly OpinionLine[] {
  return grouped(cells, ({ detail }) => detail.split('|')[0] as string)
    .map(([id, some]) => ({ id, yes: numberOf(some, `${id}|yes`), no: numberOf(some, `${id}|no`) }))
    .toSorted((a, b) => b.yes + b.no - (a.yes + a.no) || (a.id < b.id ? -1 : 1));
}

// === What was wrong

async function wrongOf(store: StatisticsStore, query: FigureQuery): Promise<readonly WrongLine[]> {
  const cells = await store.sums({ ...query, figures: ['wrong'] }, ['day']);
  const found = cells.flatMap(({ day, detail, n }): readonly WrongLine[] => {
    const [kind = '', what = '', entry = '', reason = ''] = detail.split('|');
    return kind === 'withdrawn' ? [] : [{ kind: kind as WrongLine['kind'], what, entry, reason, day, n }];
  });
  const lines = [...found, ...(await withdrawnOf(store, query))];
  return lines.toSorted((a, b) => (a.day === b.day ? b.n - a.n : a.day < b.day ? 1 : -1));
}

/** Withdrawn entries concern everybody, so they are listed whatever the filter; told is counted within it. */
async function withdrawnOf(store: StatisticsStore, query: FigureQuery): Promise<readonly WrongLine[]> {
  const span = { from: startOf(query.from), before: spanOf(query.until).before };
  const entries = await store.withdrawnEntries(span);
  if (entries.length === 0) return [];
  const told = await store.sums({ ...query, figures: ['told'] }, ['day']);
  return entries.flatMap(({ kind, id, reason, at }): readonly WrongLine[] => {
    const day = dayOf(at);
    const n = sumOf(told.filter((cell) => cell.detail === `${kind}/${id}` && cell.day <= day));
    return n === 0 ? [] : [{ kind: 'withdrawn', what: kind, entry: id, reason, day, n }];
  });
}
