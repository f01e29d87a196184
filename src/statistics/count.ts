/**
 * Counts, away from every turn: reads what is new since the last time, folds each conversation of a day anew,
 * and counts anew the days that this can have changed. Everything is a function of rows, so counting again
 * gives the same, and a crash between two steps costs nothing but time.
 *
 * What is older than `countedFrom` stays as it is: the rows it was counted from have begun to go.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '../contracts/clock.ts';
import type { CaseDay, StatisticsStore, TalkDay, TalkedOn } from '../contracts/statistics.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { Day } from '../domain/insurance.ts';
import {
  type Around,
  addAnswered,
  addClosed,
  addOpened,
  addRated,
  addTalk,
  addWithdrawn,
  Tally,
} from './cells.ts';
import { DAY_MS, dayOf, daysBetween, monthStart, plusDays, spanOf, startOf } from './days.ts';
import { SETTLE_DAYS } from './definitions.ts';
import { foldTalk } from './talk.ts';

/** Rows in memory at once. */
const PAGE = 500;
/** Moments of turns read at once. */
const MOMENTS = 2000;
/** Conversations folded at once; each has few turns a day. */
const TALKS_AT_ONCE = 100;
/** A transaction that began before the last count may have committed after it. */
const OVERLAP_MS = 10 * 60_000;

export interface Counted {
  readonly talks: number;
  readonly days: readonly Day[];
}

export interface Statistics {
  /** Brings the figures up to now. Not for two at once. */
  refresh(): Promise<Counted>;
  /** Counts everything anew that can still be counted. */
  rebuild(): Promise<Counted>;
}

/** @param keptDays for how many days the rows are kept that are counted; undefined for as long as there are any */
export function createStatistics(parts: {
  readonly store: StatisticsStore;
  readonly clock: Clock;
  readonly keptDays: () => number | undefined;
}): Statistics {
  const { store, clock, keptDays } = parts;

  async function refresh(): Promise<Counted> {
    const now = clock.now();
    const from = countedFrom(now, keptDays());
    const last = await store.figuresMark('refreshed');
    const talks = await readTurns(store, { now, from });
    await readCases(store, from);
    await store.markDays(last === 0 ? await ever(store, { now, from }) : passed({ now, last, from }));
    await store.moveFiguresMark('refreshed', now);
    const days = (await store.dayStates(from)).filter(({ countedAt }) => countedAt === 0);
    for (const { day } of days) await countDay(store, day, now);
    return { talks, days: days.map(({ day }) => day) };
  }

  return {
    refresh,
    async rebuild() {
      await store.forgetFigures(countedFrom(clock.now(), keptDays()));
      return refresh();
    },
  };
}

const EARLIEST: Day = '2020-01-01';

/**
 * The first day of the first month of which all rows are still there: whether a talk is the first of its
 * month can be told of whole months only.
 */
export function countedFrom(now: number, days: number | undefined): Day {
  if (days === undefined) return EARLIEST;
  const whole = plusDays(dayOf(now - days * DAY_MS), 1);
  const start = monthStart(whole);
  return start === whole ? whole : monthStart(plusDays(start, 31));
}

/** Today may have changed without a trace; and when days have passed, talks of some days before are over. */
function passed({ now, last, from }: { now: number; last: number; from: Day }): readonly Day[] {
  const today = dayOf(now);
  const since = dayOf(last);
  const begin = since === today ? today : plusDays(since, -SETTLE_DAYS - 1);
  return daysBetween(begin < from ? from : begin, today);
}

/** Every day since there is anything to be counted. */
async function ever(
  store: StatisticsStore,
  { now, from }: { now: number; from: Day },
): Promise<readonly Day[]> {
  const span = { from: startOf(from), before: now + 1 };
  const [turn] = await store.turnTimes(span.from, undefined, 1);
  const [entry] = await store.withdrawnEntries(span);
  return daysBetween(dayOf(Math.min(turn?.at ?? now, entry?.at ?? now)), dayOf(now));
}

// === Reading what is new

async function readTurns(store: StatisticsStore, { now, from }: { now: number; from: Day }): Promise<number> {
  const mark = await store.figuresMark('turns');
  const since = Math.max(mark - OVERLAP_MS, startOf(from));
  let after: { readonly at: number; readonly conversation: ConversationId } | undefined;
  let talks = 0;
  for (;;) {
    const page = await store.turnTimes(since, after, MOMENTS);
    for (const [day, conversations] of byDay(page)) {
      talks += await foldDay(store, day, [...conversations]);
      await store.markDays(touchedBy(day, { now, from }));
    }
    after = page.at(-1);
    if (after !== undefined) await store.moveFiguresMark('turns', Math.max(mark, after.at));
    if (page.length < MOMENTS) return talks;
  }
}

function byDay(
  page: readonly { readonly at: number; readonly conversation: ConversationId }[],
): ReadonlyMap<Day, ReadonlySet<ConversationId>> {
  const days = new Map<Day, Set<ConversationId>>();
  for (const { at, conversation } of page) {
    const day = dayOf(at);
    days.set(day, (days.get(day) ?? new Set()).add(conversation));
  }
  return days;
}

/** A hand-over speaks of the days before; a talk decides which of the days after is the first of its month. */
function touchedBy(day: Day, { now, from }: { now: number; from: Day }): readonly Day[] {
  const first = plusDays(day, -SETTLE_DAYS);
  const next = plusDays(day, 1);
  const today = dayOf(now);
  return daysBetween(first < from ? from : first, next < today ? next : day);
}

async function foldDay(store: StatisticsStore, day: Day, all: readonly ConversationId[]): Promise<number> {
  for (let at = 0; at < all.length; at += TALKS_AT_ONCE) {
    const turns = await store.turnsWithin(all.slice(at, at + TALKS_AT_ONCE), spanOf(day));
    // SQLite answers at once: without a breath no turn would be taken until everything is counted.
    await breathe();
    const talks = Object.values(Object.groupBy(turns, ({ conversation }) => conversation));
    await store.keepTalkDays(talks.flatMap((some) => (some === undefined ? [] : [foldTalk(day, some)])));
  }
  return all.length;
}

async function readCases(store: StatisticsStore, from: Day): Promise<void> {
  for (;;) {
    const mark = await store.figuresMark('case_events');
    const { moments, last } = await store.caseMoments(mark, PAGE);
    if (last === mark) return;
    await store.markDays(moments.map(dayOf).filter((day) => day >= from));
    await store.moveFiguresMark('case_events', last);
  }
}

// === Counting a day

async function countDay(store: StatisticsStore, day: Day, now: number): Promise<void> {
  const tally = new Tally();
  await addTalks(store, tally, day, now);
  const span = spanOf(day);
  const add = { opened: addOpened, answered: addAnswered, closed: addClosed };
  for (const which of ['opened', 'answered', 'closed'] as const) {
    await eachPage(
      (after) => store.caseDays(which, span, after, PAGE),
      ({ id }: CaseDay) => id,
      async (cases) => {
        for (const one of cases) add[which](tally, one);
      },
    );
  }
  for (const rated of await store.ratedCases(span)) addRated(tally, rated);
  for (const entry of await store.withdrawnEntries(span)) addWithdrawn(tally, entry);
  await store.putCells(day, tally.cells(), now);
}

async function addTalks(store: StatisticsStore, tally: Tally, day: Day, now: number): Promise<void> {
  const isOver = now >= startOf(plusDays(day, SETTLE_DAYS + 1));
  await eachPage(
    (after) => store.talkDays(day, after, PAGE),
    ({ conversation }: TalkDay) => conversation,
    async (talks) => {
      const ids = talks.map(({ conversation }) => conversation);
      const later = await store.talkedOn(ids, plusDays(day, 1), plusDays(day, SETTLE_DAYS));
      const earlier = await store.talkedOn(ids, monthStart(day), plusDays(day, -1));
      const around = aroundThem(later, earlier);
      for (const talk of talks) addTalk(tally, talk, { ...around(talk), isOver });
    },
  );
}

function aroundThem(later: readonly TalkedOn[], earlier: readonly TalkedOn[]) {
  const ids = (some: readonly TalkedOn[]) => new Set(some.map(({ conversation }) => conversation));
  const handed = ids(later.filter(({ isHandedOver }) => isHandedOver));
  const before = ids(earlier.filter(({ hasTalked }) => hasTalked));
  return ({ conversation, isHandedOver }: TalkDay): Omit<Around, 'isOver'> => ({
    isHandedOver: isHandedOver || handed.has(conversation),
    isFirstOfMonth: !before.has(conversation),
  });
}

async function eachPage<Row>(
  read: (after: string) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
  work: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  let after = '';
  for (;;) {
    const rows = await read(after);
    await work(rows);
    await breathe();
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = keyOf(last);
  }
}
