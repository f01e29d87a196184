/** The figures are what their definitions say, whichever way they were counted, on every database. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DayCell } from '../../src/contracts/statistics.ts';
import { countedFrom, createStatistics } from '../../src/statistics/count.ts';
import { FIGURES, OPEN_FIGURES } from '../../src/statistics/definitions.ts';
import { type FigureQuery, reportOf } from '../../src/statistics/report.ts';
import { BACKENDS } from '../store/backends.ts';
import { openWorld, type World } from '../store/world.ts';
import { caseOf, close, day, dice, HOUR_MS, turn } from './crowd.ts';

const DAY = 24 * HOUR_MS;
const NOVEMBER: FigureQuery = { from: '2026-11-01', until: '2026-12-31' };
const ALL = { ...NOVEMBER, figures: [...FIGURES, ...OPEN_FIGURES] };
const TOLD = [{ kind: 'faq' as const, id: 'what', checked: '2026-11-14' }];

describe.each(BACKENDS)('figures on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  const statistics = (keptDays?: number) =>
    createStatistics({ store: world.store, clock: world.clock, keptDays: () => keptDays });
  const report = () => reportOf(world.store, NOVEMBER);
  const cells = (): Promise<readonly DayCell[]> => world.store.sums(ALL, ['day', 'channel', 'region']);
  const outcomes = async () => {
    const { days } = await report();
    return days.map(({ day: on, confirmed, presumed, handed_over, abandoned, open }) => [
      on.slice(5),
      { confirmed, presumed, handed_over, abandoned, open },
    ]);
  };
  const none = { confirmed: 0, presumed: 0, handed_over: 0, abandoned: 0, open: 0 };

  test('an answer is open for three days and then presumed to have solved it', async () => {
    await turn(world, { user: 'lin', figures: { told: TOLD } });
    await statistics().refresh();
    expect(await outcomes()).toEqual([['11-24', { ...none, open: 1 }]]);
    world.clock.advance(3 * DAY + 7 * HOUR_MS);
    await statistics().refresh();
    expect(await outcomes()).toEqual([['11-24', { ...none, open: 1 }]]);
    world.clock.advance(2 * HOUR_MS);
    await statistics().refresh();
    expect(await outcomes()).toEqual([['11-24', { ...none, presumed: 1 }]]);
  });

  test('an answer whose citizen wanted a person two days later had solved nothing', async () => {
    const conversation = await turn(world, { user: 'lin', figures: { told: TOLD } });
    await statistics().refresh();
    world.clock.advance(2 * DAY);
    await turn(world, { user: 'lin', cases: [caseOf(world, conversation)] });
    await statistics().refresh();
    expect(await outcomes()).toEqual([
      ['11-24', { ...none, handed_over: 1 }],
      ['11-26', { ...none, handed_over: 1 }],
    ]);
  });

  test('an act carried out, and trouble that is gone on a second look, are solved at once', async () => {
    await turn(world, { user: 'lin', events: ['text', 'end:bind:done'] });
    await turn(world, { user: 'wu', figures: { said: ['diagnose.recheck.ok.not_bound'] } });
    await turn(world, { user: 'he', events: ['text', 'end:bind:cancelled'] });
    await statistics().refresh();
    expect(await outcomes()).toEqual([['11-24', { ...none, confirmed: 2, open: 1 }]]);
  });

  test('whoever was told nothing, or was not understood at the end, is counted as abandoned', async () => {
    await turn(world, { user: 'lin' });
    await turn(world, { user: 'wu', figures: { told: TOLD } });
    await turn(world, { user: 'wu', action: 'fallback' });
    world.clock.advance(5 * DAY);
    await statistics().refresh();
    expect(await outcomes()).toEqual([['11-24', { ...none, abandoned: 2 }]]);
    expect((await report()).days[0]).toMatchObject({ talks: 2, turns: 3, said: 3, fallbacks: 1 });
  });

  test('a day on which only we spoke is no talk, but tells of a hand-over', async () => {
    const conversation = await turn(world, { user: 'lin', figures: { told: TOLD } });
    world.clock.advance(DAY);
    await turn(world, { user: 'lin', events: ['task.settled'], cases: [caseOf(world, conversation)] });
    await statistics().refresh();
    expect(await outcomes()).toEqual([
      ['11-24', { ...none, handed_over: 1 }],
      ['11-25', none],
    ]);
  });

  test('tells how long people waited, what was wrong and how old the grounds of an answer were', async () => {
    const conversation = await turn(world, { user: 'lin', figures: { told: TOLD } });
    const opened = caseOf(world, conversation, 'not_bound');
    await turn(world, { user: 'lin', cases: [opened] });
    world.clock.advance(20 * 60_000);
    await close(world, opened.id, 'zero_balance');
    await world.store.withdraw({ id: 'what', kind: 'faq', reason: '条件已经改了', by: 'cli:li' });
    await statistics().refresh();
    const { waiting, handling, answerAge, wrong, cases } = await report();
    expect(cases).toEqual({ opened: 1, answered: 1, closed: 1 });
    expect(waiting).toEqual({ n: 1, p50: 27, p90: 27 });
    expect(handling).toEqual({ n: 1, p50: 38, p90: 38 });
    expect(answerAge).toEqual({ n: 1, p50: 10, p90: 10 });
    const on = { day: '2026-11-24', n: 1 };
    expect(wrong).toEqual([
      { ...on, kind: 'other_cause', what: 'cause', entry: 'not_bound', reason: 'zero_balance' },
      { ...on, kind: 'withdrawn', what: 'faq', entry: 'what', reason: '条件已经改了' },
    ]);
  });

  test('tells of each state how many talks entered it, rested there and left it', async () => {
    const moves = ['>bind.askingRelation', '<bind.askingRelation', '>bind.checking'];
    await turn(world, {
      user: 'lin',
      figures: { moves: ['>bind.askingRelation'], rests: ['bind.askingRelation'] },
    });
    await turn(world, { user: 'wu', figures: { moves, rests: ['bind.checking'] } });
    await statistics().refresh();
    expect((await report()).states).toEqual([
      { flow: 'bind', state: 'askingRelation', entered: 2, rested: 1, left: 1 },
      { flow: 'bind', state: 'checking', entered: 1, rested: 1, left: 0 },
    ]);
  });

  test('narrows to a channel, and to a region with those below it', async () => {
    await turn(world, { user: 'lin', figures: { region: '999901' } });
    await turn(world, { user: 'wu', channel: 'wechat-oa', figures: { region: '990000' } });
    await turn(world, { user: 'he' });
    await statistics().refresh();
    const talks = async (also: object) =>
      (await reportOf(world.store, { ...NOVEMBER, ...also })).days.reduce((sum, one) => sum + one.talks, 0);
    expect(await talks({})).toBe(3);
    expect(await talks({ channel: 'web' })).toBe(2);
    expect(await talks({ region: '990000' })).toBe(2);
    expect(await talks({ region: '999900' })).toBe(1);
    expect(await talks({ region: '999901' })).toBe(1);
    expect(await talks({ region: '999902' })).toBe(0);
  });

  test('counted little by little or all at once, the figures are the same', async () => {
    for (const seed of backend.lasts ? [3] : [1, 2, 3]) {
      const roll = dice(seed);
      for (let n = 0; n < 9; n += 1) {
        await day(world, roll, 12);
        if (roll() < 0.8) await statistics().refresh();
      }
      world.clock.advance(5 * DAY);
      await statistics().refresh();
      const little = await cells();
      expect(little.length).toBeGreaterThan(50);
      await statistics().rebuild();
      expect(await cells()).toEqual(little);
    }
  });

  test('what was counted outlives what it was counted from', async () => {
    const roll = dice(7);
    for (let n = 0; n < 10; n += 1) await day(world, roll, 8);
    world.clock.advance(5 * DAY);
    await statistics(60).refresh();
    const before = await cells();
    world.clock.advance(70 * DAY);
    await world.opened.db.deleteFrom('turns').execute();
    await world.opened.db.deleteFrom('talk_days').execute();
    await statistics(60).refresh();
    await statistics(60).rebuild();
    expect(await cells()).toEqual(before);
  });

  test('a count that was broken off is finished by the next one', async () => {
    const roll = dice(11);
    for (let n = 0; n < 4; n += 1) await day(world, roll, 10);
    let calls = 0;
    for (let most = 1; most < 40; most += 3) {
      calls = 0;
      const breaking = new Proxy(world.store, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as unknown;
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) => {
            calls += 1;
            if (calls > most) throw new Error('broken off');
            return (method as (...all: unknown[]) => unknown).apply(target, args);
          };
        },
      });
      const half = createStatistics({ store: breaking, clock: world.clock, keptDays: () => undefined });
      await half.refresh().catch(() => undefined);
    }
    await statistics().refresh();
    const broken = await cells();
    await statistics().rebuild();
    expect(broken).toEqual(await cells());
  });
});

test('counts from the first day of the first month of which everything is there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 31, max: 400 }), (days, kept) => {
      const now = Date.parse('2024-01-01T03:00:00Z') + days * DAY;
      const from = countedFrom(now, kept);
      const start = Date.parse(`${from}T00:00:00+08:00`);
      expect(from.endsWith('-01')).toBe(true);
      expect(start).toBeGreaterThanOrEqual(now - kept * DAY);
      expect(start - 32 * DAY).toBeLessThan(now - kept * DAY);
    }),
  );
});
