/** Counting for the desk and for those who wait: queue, waits of others, figures of a day, ratings, replies. */
import { sql } from 'kysely';
import type { RatingReason, StaffRef } from '../contracts/desk.ts';
import type { DeskStore, QueueState, RatingRow, ReplyRow } from '../contracts/desk-store.ts';
import type { CaseId } from '../domain/ids.ts';
import type { CauseId } from '../domain/taxonomy.ts';
import type { StoreContext } from './context.ts';
import { isOverdue, ownerOf } from './desk-rows.ts';
import { toInstant } from './parse.ts';
import type { Db } from './tables.ts';

/** Waits longer ago tell of another time of the year. */
const RECENT_MS = 21 * 24 * 3_600_000;
const RECENT_ANSWERS = 50;

type Figures = Pick<
  DeskStore,
  | 'queueOf'
  | 'dayFigures'
  | 'nowFigures'
  | 'ratingsBetween'
  | 'ratingOf'
  | 'staffReplies'
  | 'staffKnown'
  | 'caseAfter'
>;

export function deskFigures({ db, clock }: StoreContext): Figures {
  return {
    queueOf: (id) => queueOf(db, clock.now(), id),
    dayFigures: (from, before) => dayFigures(db, from, before),
    nowFigures: () => nowFigures(db, clock.now()),
    async ratingsBetween(from, before) {
      const rows = await selectRatings(db)
        .where('ratings.at', '>=', from)
        .where('ratings.at', '<', before)
        .orderBy('ratings.at', 'desc')
        .execute();
      return rows.map(asRating);
    },
    async ratingOf(id) {
      const row = await selectRatings(db).where('ratings.case_id', '=', id).executeTakeFirst();
      return row && asRating(row);
    },
    staffReplies: (id) => staffReplies(db, id),
    async staffKnown() {
      const rows = await db.selectFrom('desk_staff').select(['id', 'name']).orderBy('name').execute();
      return rows.map(({ id, name }) => ({ id, displayName: name }));
    },
    async caseAfter(id) {
      const row = await db
        .selectFrom('cases')
        .select(['id', 'number'])
        .where('previous_id', '=', id)
        .executeTakeFirst();
      return row && { id: row.id as CaseId, number: row.number };
    },
  };
}

async function queueOf(db: Db, now: number, id: CaseId | undefined): Promise<QueueState> {
  const own =
    id === undefined
      ? undefined
      : await db
          .selectFrom('cases')
          .select(['owner', 'priority', 'opened_at', 'closed_at', 'number'])
          .where('id', '=', id)
          .executeTakeFirst();
  let waiting = db
    .selectFrom('cases')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('closed_at', 'is', null)
    .where('owner', 'is', null)
    .where('snoozed_until', 'is', null);
  // A case just opened or opened again stands behind all that are there.
  if (own !== undefined && own.closed_at === null) {
    waiting = waiting.where((eb) =>
      eb.or([
        eb('priority', '<', own.priority),
        eb.and([eb('priority', '=', own.priority), eb('opened_at', '<', own.opened_at)]),
        eb.and([
          eb('priority', '=', own.priority),
          eb('opened_at', '=', own.opened_at),
          eb('number', '<', own.number),
        ]),
      ]),
    );
  }
  const counted = await waiting.executeTakeFirst();
  return {
    isOwned: own !== undefined && own.closed_at === null && own.owner !== null,
    ahead: Number(counted?.n ?? 0),
    firstAnswers: await firstAnswers(db, now - RECENT_MS, now + 1),
  };
}

async function firstAnswers(db: Db, from: number, before: number): Promise<QueueState['firstAnswers']> {
  const rows = await db
    .selectFrom('cases')
    .select(['region', 'opened_at', 'first_answer_at'])
    .where('first_answer_at', '>=', from)
    .where('first_answer_at', '<', before)
    .orderBy('first_answer_at', 'desc')
    .limit(RECENT_ANSWERS)
    .execute();
  return rows.map(({ region, opened_at, first_answer_at }) => ({
    openedAt: opened_at,
    answeredAt: first_answer_at ?? opened_at,
    ...(region === null ? {} : { region }),
  }));
}

async function dayFigures(db: Db, from: number, before: number): ReturnType<DeskStore['dayFigures']> {
  const times = async (column: 'opened_at' | 'closed_at'): Promise<readonly number[]> => {
    const rows = await db
      .selectFrom('cases')
      .select(`${column} as at`)
      .where(column, '>=', from)
      .where(column, '<', before)
      .execute();
    return rows.flatMap(({ at }) => at ?? []);
  };
  const reopened = await db
    .selectFrom('case_events')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('kind', '=', 'reopened')
    .where('at', '>=', from)
    .where('at', '<', before)
    .executeTakeFirst();
  const opinions = await db
    .selectFrom('ratings')
    .select('satisfied')
    .where('at', '>=', from)
    .where('at', '<', before)
    .execute();
  const satisfied = opinions.filter((one) => one.satisfied === 1).length;
  return {
    openedAt: await times('opened_at'),
    closedAt: await times('closed_at'),
    reopened: Number(reopened?.n ?? 0),
    firstAnswers: await firstAnswers(db, from, before),
    satisfied,
    dissatisfied: opinions.length - satisfied,
  };
}

async function nowFigures(db: Db, now: number): ReturnType<DeskStore['nowFigures']> {
  const open = db.selectFrom('cases').where('closed_at', 'is', null);
  const owners = await open
    .select(['owner', 'owner_name'])
    .select((eb) => eb.fn.countAll().as('n'))
    .groupBy(['owner', 'owner_name'])
    .execute();
  const overdue = await open
    .select((eb) => eb.fn.countAll().as('n'))
    .where((eb) => isOverdue(eb as never, now))
    .executeTakeFirst();
  const snoozed = await open
    .select((eb) => eb.fn.countAll().as('n'))
    .where('snoozed_until', 'is not', null)
    .executeTakeFirst();
  const failed = await open.select((eb) => eb.fn.sum('failed_replies').as('n')).executeTakeFirst();
  const total = owners.reduce((sum, { n }) => sum + Number(n), 0);
  return {
    open: total,
    unassigned: Number(owners.find(({ owner }) => owner === null)?.n ?? 0),
    overdue: Number(overdue?.n ?? 0),
    snoozed: Number(snoozed?.n ?? 0),
    failedReplies: Number(failed?.n ?? 0),
    byOwner: owners
      .flatMap((row) => {
        const owner = ownerOf(row);
        return owner === undefined ? [] : [{ owner, open: Number(row.n) }];
      })
      .toSorted((a, b) => b.open - a.open),
  };
}

const selectRatings = (db: Db) =>
  db
    .selectFrom('ratings')
    .leftJoin('desk_staff', 'desk_staff.id', 'ratings.clerk')
    .selectAll('ratings')
    .select('desk_staff.name');

function asRating(row: {
  case_id: string;
  satisfied: number;
  reason: string | null;
  clerk: string | null;
  name: string | null;
  cause: string | null;
  entry: string | null;
  at: number;
}): RatingRow {
  const { clerk, name, cause, entry, reason } = row;
  return {
    case: row.case_id as CaseId,
    at: row.at,
    isSatisfied: row.satisfied === 1,
    ...(reason === null ? {} : { reason: reason as RatingReason }),
    ...(clerk === null ? {} : { clerk: { id: clerk, displayName: name ?? clerk } satisfies StaffRef }),
    ...(cause === null ? {} : { cause: cause as CauseId }),
    ...(entry === null ? {} : { entry }),
  };
}

async function staffReplies(db: Db, id: CaseId): Promise<readonly ReplyRow[]> {
  const rows = await db
    .selectFrom('staff_replies')
    .leftJoin('desk_staff', 'desk_staff.id', 'staff_replies.by_id')
    .selectAll('staff_replies')
    .select(sql<string>`coalesce(desk_staff.name, staff_replies.by_id)`.as('name'))
    .where('case_id', '=', id)
    .orderBy('at')
    .execute();
  return rows.map((row) => ({
    key: row.key.slice(id.length + 1),
    by: { id: row.by_id, displayName: row.name },
    at: row.at,
    text: row.text,
    delivery: {
      state: row.state as ReplyRow['delivery']['state'],
      at: toInstant(row.state_at),
      ...(row.code === null ? {} : { code: row.code }),
    },
  }));
}
