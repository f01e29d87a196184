/**
 * The open data: a few tables by month that tell of nobody. Each conversation counts once a month, in the first
 * talk of that month; a case once. Tables over the same people share nothing but totals that are published
 * anyway, so no two of them tell more together than each alone.
 */
import type { DayCell, StatisticsStore } from '../contracts/statistics.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import { dayOf, monthOf, monthStart, plusDays } from './days.ts';
import { OPEN_FIGURES, SETTLE_DAYS } from './definitions.ts';
import { type Counted, protect } from './protect.ts';

export const TABLES = [
  'outcome_by_region',
  'outcome_by_channel',
  'cause_by_region',
  'repair',
  'waiting_by_region',
  'opinion_by_cause',
] as const;
export type TableId = (typeof TABLES)[number];

/** One number of one table; `row` and `column` are `*` for totals. */
export interface OpenRow {
  readonly month: string;
  readonly row: string;
  readonly column: string;
  /** Null where it is left out. */
  readonly n: number | null;
}

export interface OpenData {
  readonly k: number;
  readonly from: string;
  readonly until: string;
  readonly tables: { readonly [Table in TableId]: readonly OpenRow[] };
}

export const ALL = '*';
export const DEFAULT_K = 10;
/** Below this somebody could be picked out by a neighbour. */
export const LEAST_K = 3;

interface Shape {
  readonly figure: (typeof OPEN_FIGURES)[number];
  readonly row: (cell: DayCell) => string;
  readonly column: (cell: DayCell) => string;
  readonly byRegion: boolean;
}

const SHAPES: { readonly [Table in TableId]: Shape } = {
  outcome_by_region: shape('open.outcome', (cell) => cityOf(cell.region), true),
  outcome_by_channel: shape('open.outcome', ({ channel }) => channel || 'unknown'),
  cause_by_region: shape('open.cause', (cell) => cityOf(cell.region), true),
  repair: shape('open.repair', () => 'all'),
  waiting_by_region: shape('open.wait', (cell) => cityOf(cell.region), true),
  opinion_by_cause: {
    figure: 'open.csat',
    row: ({ detail }) => detail.split('|')[0] as string,
    column: ({ detail }) => detail.split('|')[1] as string,
    byRegion: false,
  },
};

function shape(figure: Shape['figure'], row: Shape['row'], byRegion = false): Shape {
  return { figure, row, column: ({ detail }) => detail, byRegion };
}

/** A county is told as its city; what is no region as unknown. */
const cityOf = (region: string): string => (region === '' ? 'unknown' : `${region.slice(0, 4)}00`);
const provinceOf = (city: string): RegionCode => `${city.slice(0, 2)}0000`;

/**
 * Whole months that are over and settled, from the one that `from` lies in to the one that `until` lies in.
 * @param k the fewest people any number may stand for
 */
export async function openDataOf(
  store: StatisticsStore,
  span: { readonly from: Day; readonly until: Day; readonly k: number; readonly now: number },
): Promise<OpenData> {
  const { k } = span;
  const from = monthStart(span.from);
  const until = lastSettled(span.until, span.now);
  const tables = Object.fromEntries(TABLES.map((id) => [id, [] as OpenRow[]])) as Record<TableId, OpenRow[]>;
  for (let month = from; month <= until; month = monthStart(plusDays(month, 31))) {
    const end = plusDays(monthStart(plusDays(month, 31)), -1);
    const cells = await store.sums({ from: month, until: end, figures: OPEN_FIGURES }, ['channel', 'region']);
    // Before the first talk and after the last there is nothing to be left out.
    if (cells.length === 0) continue;
    for (const id of TABLES) tables[id].push(...rowsOf(monthOf(month), tabulate(cells, SHAPES[id], k), k));
  }
  return { k, from: monthOf(from), until: monthOf(until), tables };
}

/** The last day of the last month of which no outcome can change any more. */
function lastSettled(until: Day, now: number): Day {
  const settled = plusDays(dayOf(now), -SETTLE_DAYS);
  const end = plusDays(monthStart(settled), -1);
  const wanted = plusDays(monthStart(plusDays(monthStart(until), 31)), -1);
  return [end, wanted].toSorted()[0] as Day;
}

function tabulate(cells: readonly DayCell[], { figure, row, column, byRegion }: Shape, k: number): Counted {
  const own = cells.filter((cell) => cell.figure === figure);
  const columns = [...new Set(own.map(column))].toSorted();
  const rows = new Map<string, number[]>();
  for (const cell of own) {
    const key = row(cell);
    const line = rows.get(key) ?? columns.map(() => 0);
    const at = columns.indexOf(column(cell));
    line[at] = (line[at] ?? 0) + cell.n;
    rows.set(key, line);
  }
  const lines = byRegion ? coarsened(rows, k) : rows;
  const names = [...lines.keys()].toSorted();
  return { rows: names, columns, n: names.map((name) => lines.get(name) as number[]) };
}

/** Cities too small to be named are told as the rest of their province. */
function coarsened(cities: ReadonlyMap<string, readonly number[]>, k: number): ReadonlyMap<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const [city, n] of cities) {
    const isSmall = n.reduce((sum, one) => sum + one, 0) < k;
    const key = isSmall && city !== 'unknown' ? provinceOf(city) : city;
    const before = lines.get(key);
    lines.set(key, before === undefined ? [...n] : before.map((one, at) => one + (n[at] ?? 0)));
  }
  return lines;
}

function rowsOf(month: string, table: Counted, k: number): readonly OpenRow[] {
  const safe = protect(table, k);
  if (safe === undefined) return [{ month, row: ALL, column: ALL, n: null }];
  return [
    { month, row: ALL, column: ALL, n: safe.total },
    ...safe.columns.map((column, j) => ({ month, row: ALL, column, n: safe.columnTotals[j] as number })),
    ...safe.rows.flatMap((row, i) => [
      { month, row, column: ALL, n: safe.rowTotals[i] as number },
      ...safe.columns.map((column, j) => ({ month, row, column, n: safe.n[i]?.[j] ?? null })),
    ]),
  ];
}
