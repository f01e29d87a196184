/**
 * A table of counts made fit to be published: nobody can be told from it who asks at least `k` of everything.
 *
 * Totals are published, so a missing number could be computed from the others. Three things prevent it.
 * Rows and columns with fewer than `k` in all are put together. Cells below `k` are left out. And further
 * cells are left out until each that was too small could be any of at least `k` numbers, by everything that is
 * published; `boundsOf` finds these exactly, as the most that can be pushed around the cells left out.
 */
export interface Counted {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** By row, then column; whole numbers, none negative. */
  readonly n: readonly (readonly number[])[];
}

export interface Protected {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly rowTotals: readonly number[];
  readonly columnTotals: readonly number[];
  readonly total: number;
  /** Null where the number is left out. */
  readonly n: readonly (readonly (number | null)[])[];
}

/** What stands for all that was put together. */
export const OTHER = 'other';

/** @returns undefined when there are fewer than `k` in all */
export function protect(table: Counted, k: number): Protected | undefined {
  const merged = transpose(mergeSmall(transpose(mergeSmall(table, k)), k));
  const total = sum(merged.n.map(sum));
  if (total < k) return undefined;
  const open = leaveOut(merged.n, k);
  // Only what belongs to no row is left to be said when even leaving out every cell tells too much.
  const shown = open === undefined ? together(merged) : merged;
  return {
    rows: shown.rows,
    columns: shown.columns,
    rowTotals: shown.n.map(sum),
    columnTotals: transpose(shown).n.map(sum),
    total,
    n: shown.n.map((row, i) => row.map((n, j) => (open?.[i]?.[j] === true ? null : n))),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

function transpose({ rows, columns, n }: Counted): Counted {
  return { rows: columns, columns: rows, n: columns.map((_, j) => rows.map((_row, i) => n[i]?.[j] ?? 0)) };
}

// === Putting together

/** Rows below `k`, with the next larger ones until they are `k` in all. Rows of nobody are dropped. */
function mergeSmall({ rows, columns, n }: Counted, k: number): Counted {
  const lines = rows
    .map((row, i) => ({ row, n: n[i] as readonly number[], total: sum(n[i] as readonly number[]) }))
    .filter(({ total }) => total > 0);
  const byTotal = lines.toSorted((a, b) => a.total - b.total || (a.row < b.row ? -1 : 1));
  const small = new Set(byTotal.filter(({ total, row }) => total < k || row === OTHER));
  for (const line of byTotal) {
    const inAll = sum([...small].map(({ total }) => total));
    if (inAll === 0 || inAll >= k) break;
    small.add(line);
  }
  const kept = lines.filter((line) => !small.has(line));
  const other = columns.map((_, j) => sum([...small].map((line) => line.n[j] as number)));
  return {
    rows: [...kept.map(({ row }) => row), ...(small.size === 0 ? [] : [OTHER])],
    columns,
    n: [...kept.map((line) => line.n), ...(small.size === 0 ? [] : [other])],
  };
}

const together = ({ columns, n }: Counted): Counted => ({
  rows: [OTHER],
  columns,
  n: [columns.map((_, j) => sum(n.map((row) => row[j] as number)))],
});

// === Leaving out

type Numbers = readonly (readonly number[])[];
type Marks = readonly (readonly boolean[])[];
type Place = readonly [number, number];

/** Which cells are left out; undefined when it does not help to leave out all of them. */
function leaveOut(n: Numbers, k: number): Marks | undefined {
  const small = places(n).filter(([i, j]) => isSmall(at(n, i, j), k));
  const out = n.map((row) => row.map((one) => isSmall(one, k)));
  for (const cell of small) {
    while (!isSafe(n, out, cell, k)) {
      const more = cheapestRing(n, out, cell, k);
      if (more === undefined) {
        const all = n.map((row) => row.map(() => true));
        return small.every((one) => isSafe(n, all, one, k)) ? all : undefined;
      }
      for (const [i, j] of more) (out[i] as boolean[])[j] = true;
    }
  }
  return out;
}

const isSmall = (n: number, k: number): boolean => n > 0 && n < k;
const at = (n: Numbers, i: number, j: number): number => n[i]?.[j] ?? 0;
const places = (n: Numbers): readonly Place[] => n.flatMap((row, i) => row.map((_, j) => [i, j] as const));

function isSafe(n: Numbers, out: Marks, cell: Place, k: number): boolean {
  const { low, high } = boundsOf(n, out, cell, k);
  return high - low + 1 >= k;
}

/** Three cells that make a rectangle with the given one, of the fewest people, that make it safer. */
function cheapestRing(n: Numbers, out: Marks, [i, j]: Place, k: number): readonly Place[] | undefined {
  const width = (marks: Marks) => {
    const { low, high } = boundsOf(n, marks, [i, j], k);
    return high - low;
  };
  const now = width(out);
  const rings = places(n)
    .filter(([a, b]) => a !== i && b !== j)
    .map(([a, b]) => {
      const ring = (
        [
          [i, b],
          [a, j],
          [a, b],
        ] as const
      ).filter(([r, c]) => out[r]?.[c] !== true);
      return { ring, cost: sum(ring.map(([r, c]) => at(n, r, c) + 1)) };
    })
    .filter(({ ring }) => ring.length > 0)
    .toSorted((a, b) => a.cost - b.cost);
  return rings.find(({ ring }) => {
    const marks = out.map((row, r) =>
      row.map((mark, c) => mark || ring.some(([x, y]) => x === r && y === c)),
    );
    return width(marks) > now;
  })?.ring;
}

// === What can be told of a cell left out

/**
 * The least and the most a cell can be, by all totals and all cells published; no further away from the true
 * number than `enough`. What one cell gains another of its row and another of its column must lose.
 */
export function boundsOf(
  n: Numbers,
  out: Marks,
  [i, j]: Place,
  enough: number,
): { readonly low: number; readonly high: number } {
  const own = at(n, i, j);
  if (out[i]?.[j] !== true) return { low: own, high: own };
  const losing = (r: number, c: number) => at(n, r, c);
  const gaining = () => enough;
  const more = pushed(out, [i, j], { fromRow: losing, fromColumn: gaining, enough });
  const less = pushed(out, [i, j], { fromRow: gaining, fromColumn: losing, enough });
  return { low: own - Math.min(own, less), high: own + more };
}

interface Capacities {
  /** How much can go from a row to a column over a cell, and back. */
  readonly fromRow: (row: number, column: number) => number;
  readonly fromColumn: (row: number, column: number) => number;
  readonly enough: number;
}

/** The most that flows from the row of a cell to its column over the other cells left out: Edmonds and Karp. */
function pushed(out: Marks, [i, j]: Place, { fromRow, fromColumn, enough }: Capacities): number {
  const height = out.length;
  const size = height + (out[0]?.length ?? 0);
  const room = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [r, row] of out.entries()) {
    for (const [c, isOut] of row.entries()) {
      if (!isOut || (r === i && c === j)) continue;
      (room[r] as number[])[height + c] = fromRow(r, c);
      (room[height + c] as number[])[r] = fromColumn(r, c);
    }
  }
  let flow = 0;
  while (flow < enough) {
    const way = shortest(room, i, height + j);
    if (way === undefined) return flow;
    const most = Math.min(enough - flow, ...way.map(([from, to]) => room[from]?.[to] ?? 0));
    for (const [from, to] of way) {
      (room[from] as number[])[to] = (room[from]?.[to] ?? 0) - most;
      (room[to] as number[])[from] = (room[to]?.[from] ?? 0) + most;
    }
    flow += most;
  }
  return flow;
}

function shortest(room: Numbers, from: number, to: number): readonly Place[] | undefined {
  const cameFrom = new Map<number, number>([[from, from]]);
  for (const [node] of cameFrom) {
    if (node === to) break;
    for (const [next, left] of (room[node] as readonly number[]).entries()) {
      if (left > 0 && !cameFrom.has(next)) cameFrom.set(next, node);
    }
  }
  if (!cameFrom.has(to)) return undefined;
  const way: Place[] = [];
  for (let node = to; node !== from; node = cameFrom.get(node) as number) {
    way.push([cameFrom.get(node) as number, node]);
  }
  return way.reverse();
}
