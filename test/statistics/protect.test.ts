/** Whoever has everything that is published still cannot tell what was left out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundsOf, type Counted, type Protected, protect } from '../../src/statistics/protect.ts';

const tables = (most: number) =>
  fc
    .record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 5 }) })
    .chain(({ height, width }) =>
      fc
        .array(
          fc.array(
            fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: most })),
            {
              minLength: width,
              maxLength: width,
            },
          ),
          { minLength: height, maxLength: height },
        )
        .map(
          (n): Counted => ({
            rows: n.map((_, i) => `r${i}`),
            columns: (n[0] ?? []).map((_, j) => `c${j}`),
            n,
          }),
        ),
    );

/** Gauss over everything published as equations in the cells left out: those with one solution only. */
function recovered({ n, rowTotals, columnTotals, total }: Protected): ReadonlyMap<string, number> {
  const unknown = n.flatMap((row, i) => row.flatMap((one, j) => (one === null ? [`${i},${j}`] : [])));
  const equation = (cells: readonly (readonly [number, number])[], sum: number): number[] => {
    const line = unknown.map(() => 0);
    let rest = sum;
    for (const [i, j] of cells) {
      const one = n[i]?.[j] as number | null;
      if (one === null) line[unknown.indexOf(`${i},${j}`)] = 1;
      else rest -= one;
    }
    return [...line, rest];
  };
  const all = n.flatMap((row, i) => row.map((_, j) => [i, j] as const));
  const system = [
    ...rowTotals.map((sum, i) =>
      equation(
        all.filter(([r]) => r === i),
        sum,
      ),
    ),
    ...columnTotals.map((sum, j) =>
      equation(
        all.filter(([, c]) => c === j),
        sum,
      ),
    ),
    equation(all, total),
  ];
  let pivot = 0;
  for (let column = 0; column < unknown.length && pivot < system.length; column += 1) {
    const found = system.findIndex((line, at) => at >= pivot && Math.abs(line[column] as number) > 1e-9);
    if (found < 0) continue;
    [system[pivot], system[found]] = [system[found] as number[], system[pivot] as number[]];
    const lead = system[pivot] as number[];
    const by = lead[column] as number;
    system[pivot] = lead.map((one) => one / by);
    for (const [at, line] of system.entries()) {
      const factor = line[column] as number;
      if (at === pivot || Math.abs(factor) < 1e-9) continue;
      system[at] = line.map((one, k) => one - factor * ((system[pivot] as number[])[k] as number));
    }
    pivot += 1;
  }
  return new Map(
    system.flatMap((line) => {
      const used = unknown.flatMap((cell, at) => (Math.abs(line[at] as number) > 1e-9 ? [{ cell, at }] : []));
      return used.length === 1 && used[0] !== undefined
        ? [[used[0].cell, (line.at(-1) as number) / (line[used[0].at] as number)] as const]
        : [];
    }),
  );
}

describe('a table made fit to be published', () => {
  test('cannot be solved for a number that was too small', () => {
    let leftOut = 0;
    fc.assert(
      fc.property(tables(60), fc.integer({ min: 3, max: 10 }), (table, k) => {
        const safe = protect(table, k);
        if (safe === undefined) return;
        leftOut += safe.n.flat().filter((one) => one === null).length;
        for (const n of recovered(safe).values()) expect(n === 0 || n >= k).toBe(true);
      }),
      { numRuns: 1500 },
    );
    expect(leftOut).toBeGreaterThan(1000);
  });

  test('shows no number and no total from one to k less one', () => {
    fc.assert(
      fc.property(tables(60), fc.integer({ min: 3, max: 10 }), (table, k) => {
        const safe = protect(table, k);
        const shown = [
          ...(safe?.n.flat() ?? []),
          ...(safe?.rowTotals ?? []),
          ...(safe?.columnTotals ?? []),
        ].filter((one) => one !== null);
        expect(shown.filter((one) => one > 0 && one < k)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  test('loses nobody: the totals are the true ones', () => {
    fc.assert(
      fc.property(tables(200), fc.integer({ min: 3, max: 10 }), (table, k) => {
        const truth = table.n.flat().reduce((sum, n) => sum + n, 0);
        const safe = protect(table, k);
        if (safe === undefined) {
          expect(truth).toBeLessThan(k);
          return;
        }
        const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);
        expect([safe.total, sum(safe.rowTotals), sum(safe.columnTotals)]).toEqual([truth, truth, truth]);
      }),
    );
  });

  test('leaves out nothing where nothing is small', () => {
    const table = {
      rows: ['a', 'b'],
      columns: ['x', 'y'],
      n: [
        [20, 30],
        [40, 0],
      ],
    };
    expect(protect(table, 10)?.n).toEqual([
      [20, 30],
      [40, 0],
    ]);
  });

  test('a lone small cell takes three others with it', () => {
    const table = {
      rows: ['a', 'b', 'c'],
      columns: ['x', 'y'],
      n: [
        [3, 30],
        [40, 50],
        [90, 80],
      ],
    };
    expect(protect(table, 10)?.n).toEqual([
      [null, null],
      [null, null],
      [90, 80],
    ]);
  });
});

/** Every table of whole numbers with the same totals that agrees with what is published. */
function everySolution(n: readonly (readonly number[])[], out: readonly (readonly boolean[])[]) {
  const rowSums = n.map((row) => row.reduce((sum, one) => sum + one, 0));
  const columnSums = (n[0] ?? []).map((_, j) => n.reduce((sum, row) => sum + (row[j] as number), 0));
  const width = columnSums.length;
  const found: number[][] = [];
  const fill = (at: number, flat: readonly number[]): void => {
    const [i, j] = [Math.floor(at / width), at % width];
    const rowSoFar = flat.slice(i * width).reduce((sum, one) => sum + one, 0);
    const columnSoFar = flat.filter((_, index) => index % width === j).reduce((sum, one) => sum + one, 0);
    if (j === 0 && i > 0) {
      const above = flat.slice((i - 1) * width, i * width).reduce((sum, one) => sum + one, 0);
      if (above !== rowSums[i - 1]) return;
    }
    if (at === n.length * width) {
      if (
        columnSums.every(
          (sum, c) => sum === flat.filter((_, k) => k % width === c).reduce((a, b) => a + b, 0),
        )
      )
        found.push([...flat]);
      return;
    }
    const most = Math.min((rowSums[i] as number) - rowSoFar, (columnSums[j] as number) - columnSoFar);
    const own = n[i]?.[j] as number;
    const range = out[i]?.[j] === true ? Array.from({ length: most + 1 }, (_, one) => one) : [own];
    for (const one of range) if (one <= most) fill(at + 1, [...flat, one]);
  };
  fill(0, []);
  return found;
}

test('what can be told of a cell is found exactly: compared with every table there could be', () => {
  const small = fc.integer({ min: 0, max: 4 });
  const three = <One>(one: fc.Arbitrary<One>) => fc.array(one, { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(three(three(small)), three(three(fc.boolean())), (n, out) => {
      const solutions = everySolution(n, out);
      for (let i = 0; i < 3; i += 1) {
        for (let j = 0; j < 3; j += 1) {
          const values = solutions.map((flat) => flat[i * 3 + j] as number);
          const truth = { low: Math.min(...values), high: Math.max(...values) };
          expect(boundsOf(n, out, [i, j], 1000)).toEqual(truth);
        }
      }
    }),
    { numRuns: 150 },
  );
});
