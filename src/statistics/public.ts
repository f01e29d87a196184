/** What the public page shows, computed from the open data and from nothing else. */
import { ALL, type OpenData, type OpenRow, TABLES, type TableId } from './open-data.ts';

export interface PublicLine {
  readonly row: string;
  readonly column: string;
  /** Of all months in which it was published. */
  readonly n: number;
  /** Months in which it was left out. */
  readonly leftOut: number;
}

export interface PublicFigures {
  /** Of the first table; `n` is null for a month of which nothing can be said. */
  readonly months: readonly {
    readonly month: string;
    readonly n: number | null;
    readonly columns: { readonly [column: string]: number };
  }[];
  readonly tables: { readonly [Table in TableId]: readonly PublicLine[] };
}

export function publicFigures({ tables }: Pick<OpenData, 'tables'>): PublicFigures {
  return {
    months: monthsOf(tables.outcome_by_region),
    tables: Object.fromEntries(TABLES.map((id) => [id, linesOf(tables[id])])) as PublicFigures['tables'],
  };
}

function monthsOf(rows: readonly OpenRow[]): PublicFigures['months'] {
  const totals = rows.filter(({ row }) => row === ALL);
  return [...new Set(totals.map(({ month }) => month))].map((month) => {
    const own = totals.filter((one) => one.month === month);
    return {
      month,
      n: own.find(({ column }) => column === ALL)?.n ?? null,
      columns: Object.fromEntries(
        own.flatMap(({ column, n }) => (column === ALL || n === null ? [] : [[column, n]])),
      ),
    };
  });
}

function linesOf(rows: readonly OpenRow[]): readonly PublicLine[] {
  const lines = new Map<string, { row: string; column: string; n: number; leftOut: number }>();
  for (const { row, column, n } of rows) {
    const key = `${row}\u0000${column}`;
    const line = lines.get(key) ?? { row, column, n: 0, leftOut: 0 };
    lines.set(key, line);
    if (n === null) line.leftOut += 1;
    else line.n += n;
  }
  return [...lines.values()].toSorted((a, b) =>
    a.row === b.row ? (a.column < b.column ? -1 : 1) : a.row < b.row ? -1 : 1,
  );
}
