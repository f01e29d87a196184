/** What is given away tells of nobody, and the public page can be computed from it again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStatistics } from '../../src/statistics/count.ts';
import { fromCsv, toCsv } from '../../src/statistics/csv.ts';
import { OPEN_FIGURES } from '../../src/statistics/definitions.ts';
import { ALL, type OpenData, openDataOf } from '../../src/statistics/open-data.ts';
import { filesOf, tablesIn } from '../../src/statistics/open-files.ts';
import { publicFigures } from '../../src/statistics/public.ts';
import { BACKENDS } from '../store/backends.ts';
import { openWorld, type World } from '../store/world.ts';
import { day, dice, HOUR_MS } from './crowd.ts';

const PARTS = { day: '2027-01-10', licence: 'CC BY 4.0', isExample: true, nameOf: () => undefined };
const K = 5;

describe.each(BACKENDS.slice(0, 1).concat(BACKENDS.slice(2)))('open data on $name', (backend) => {
  let world: World;
  let data: OpenData;
  // None of the tests writes: the months are lived through once.
  beforeAll(async () => {
    world = await openWorld(backend);
    const roll = dice(5);
    for (let n = 0; n < 25; n += 1) await day(world, roll, 16);
    const statistics = createStatistics({
      store: world.store,
      clock: world.clock,
      keptDays: () => undefined,
    });
    world.clock.advance(20 * 24 * HOUR_MS);
    await statistics.refresh();
    const now = world.clock.now();
    data = await openDataOf(world.store, { from: '2026-11-01', until: '2027-01-31', k: K, now });
  });
  afterAll(() => world.end());

  test('the public page is computed from the files again, number for number', () => {
    const files = filesOf(data, PARTS);
    const again = publicFigures({ tables: tablesIn(files) });
    expect(again).toEqual(publicFigures(data));
    const html = files['index.html'] ?? '';
    const onPage = [
      ...html.matchAll(
        /data-table="([^"]+)" data-row="([^"]+)" data-column="([^"]+)">.*?data-n="(\d+)" data-left-out="(\d+)"/gu,
      ),
    ].map(([, table, row, column, n, leftOut]) => [table, row, column, Number(n), Number(leftOut)]);
    const expected = Object.entries(again.tables).flatMap(([table, lines]) =>
      lines
        .filter(({ column }) => column !== ALL)
        .map(({ row, column, n, leftOut }) => [table, row, column, n, leftOut]),
    );
    expect(onPage.length).toBeGreaterThan(10);
    expect(onPage).toEqual(expected);
    const months = [...html.matchAll(/data-month="([^"]+)">.*?data-n="(\d*)"/gu)];
    expect(months.map(([, month, n]) => ({ month, n: n === '' ? null : Number(n) }))).toEqual(
      again.months.map(({ month, n }) => ({ month, n })),
    );
  });

  test('no number stands for fewer than k, and something was left out for it', () => {
    const rows = Object.values(data.tables).flat();
    expect(rows.filter(({ n }) => n !== null && n > 0 && n < K)).toEqual([]);
    expect(rows.some(({ n }) => n === null)).toBe(true);
    expect(rows.some(({ n }) => n !== null)).toBe(true);
  });

  test('each conversation counts once a month, and months that are not settled are missing', async () => {
    const talked = await world.opened.db
      .selectFrom('talk_days')
      .select('conversation_id')
      .distinct()
      .where('day', '<', '2026-12-01')
      .where('talked', '=', 1)
      .execute();
    const total = data.tables.outcome_by_region.find(
      ({ month, row, column }) => month === '2026-11' && row === ALL && column === ALL,
    );
    expect(total?.n).toBe(talked.length);
    const early = await openDataOf(world.store, {
      from: '2026-11-01',
      until: '2026-12-31',
      k: K,
      now: Date.parse('2026-12-03T00:00:00Z'),
    });
    expect(Object.values(early.tables).flat()).toEqual([]);
    const open = await world.store.sums(
      { from: '2026-11-01', until: '2026-12-31', figures: [...OPEN_FIGURES] },
      [],
    );
    expect(open.filter(({ detail }) => detail === 'open')).toEqual([]);
  });

  test('says of example data that it is made up', () => {
    const { 'README.md': readme, 'index.html': html } = filesOf(data, PARTS);
    expect(readme).toContain('示例数据');
    expect(html).toContain('示例数据');
    expect(filesOf(data, { ...PARTS, isExample: false })['README.md']).not.toContain('示例数据');
  });
});

test('a table with quotes, commas and what looks like a formula survives CSV, without running', () => {
  const rows = [
    ['a,b', 'say "no"', '1\r\n2', ''],
    ['', 'x', '', 'y'],
  ];
  expect(fromCsv(toCsv(['1', '2', '3', '4'], rows))).toEqual(rows);
  expect(fromCsv(toCsv(['a', 'b'], [['=HYPERLINK("x")', '@x']]))).toEqual([['\'=HYPERLINK("x")', "'@x"]]);
});
