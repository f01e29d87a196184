/** Rows that figures are counted from, read in pages, and the cells they are kept in. Nothing here is on a turn's path. */
import { sql } from 'kysely';
import type {
  CaseDay,
  CellFilter,
  CountedTurn,
  RatedCase,
  Span,
  StatisticsStore,
  WithdrawnEntry,
} from '../contracts/statistics.ts';
import type { ChannelId } from '../domain/conversation.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import { readCase } from './parse.ts';
import { readLog, readTalkDay } from './statistics-parse.ts';
import type { Db, Tx } from './tables.ts';

const NOT_TOLD_APART = { day: '', channel: '', region: '' } as const;
/** Rows written with one statement. */
const ROWS_AT_ONCE = 200;

export function statistics({ db, inTx }: StoreContext): StatisticsStore {
  return {
    ...readTurns(db),
    ...readCases(db),
    async keepTalkDays(talks) {
      if (talks.length === 0) return;
      const rows = talks.map((talk) => ({
        day: talk.day,
        conversation_id: talk.conversation,
        talked: talk.said > 0 ? 1 : 0,
        handed: talk.isHandedOver ? 1 : 0,
        last_at: talk.lastAt,
        data: JSON.stringify(talk),
      }));
      await inTx(async (tx) => {
        for (const some of inPieces(rows)) {
          await tx
            .insertInto('talk_days')
            .values([...some])
            .onConflict((conflict) =>
              conflict.columns(['day', 'conversation_id']).doUpdateSet((eb) => ({
                talked: eb.ref('excluded.talked'),
                handed: eb.ref('excluded.handed'),
                last_at: eb.ref('excluded.last_at'),
                data: eb.ref('excluded.data'),
              })),
            )
            .execute();
        }
      });
    },
    async talkDays(day, after, limit) {
      const rows = await db
        .selectFrom('talk_days')
        .select('data')
        .where('day', '=', day)
        .where('conversation_id', '>', after)
        .orderBy('conversation_id')
        .limit(sql.lit(limit))
        .execute();
      return rows.map(({ data }) => readTalkDay(data));
    },
    async talkedOn(conversations, from, until) {
      if (conversations.length === 0 || from > until) return [];
      const rows = await db
        .selectFrom('talk_days')
        .select(['conversation_id', 'day', 'talked', 'handed'])
        .where('conversation_id', 'in', [...conversations])
        .where('day', '>=', from)
        .where('day', '<=', until)
        .execute();
      return rows.map((row) => ({
        conversation: row.conversation_id as ConversationId,
        day: row.day,
        hasTalked: row.talked === 1,
        isHandedOver: row.handed === 1,
      }));
    },
    async dayStates(from) {
      const rows = await db
        .selectFrom('figure_days')
        .selectAll()
        .where('day', '>=', from)
        .orderBy('day')
        .execute();
      return rows.map((row) => ({ day: row.day, countedAt: row.counted_at }));
    },
    async markDays(days) {
      if (days.length === 0) return;
      await db
        .insertInto('figure_days')
        .values([...new Set(days)].map((day) => ({ day, counted_at: 0 })))
        .onConflict((conflict) => conflict.column('day').doUpdateSet({ counted_at: 0 }))
        .execute();
    },
    putCells: (day, cells, countedAt) =>
      inTx(async (tx) => {
        // The row of the day first: two that count the same day wait for each other here.
        await tx
          .insertInto('figure_days')
          .values({ day, counted_at: countedAt })
          .onConflict((conflict) => conflict.column('day').doUpdateSet({ counted_at: countedAt }))
          .execute();
        await tx.deleteFrom('figure_cells').where('day', '=', day).execute();
        for (const some of inPieces(cells)) {
          await tx
            .insertInto('figure_cells')
            .values(some.map((cell) => ({ day, ...cell })))
            .execute();
        }
      }),
    async sums(filter, by) {
      const columns = [...by, 'figure', 'detail'] as const;
      let query = narrowed(db, filter)
        .select(columns)
        .select((eb) => eb.fn.sum<number>('n').as('n'))
        .groupBy(columns);
      for (const column of columns) query = query.orderBy(column);
      return (await query.execute()).map((row) => ({ ...NOT_TOLD_APART, ...row, n: Number(row.n) }));
    },
    async figuresMark(name) {
      const row = await db.selectFrom('figure_marks').select('n').where('name', '=', name).executeTakeFirst();
      return row?.n ?? 0;
    },
    async moveFiguresMark(name, to) {
      await db
        .insertInto('figure_marks')
        .values({ name, n: to })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ n: to }))
        .execute();
    },
    forgetFigures: (from) =>
      inTx(async (tx: Tx) => {
        await tx.deleteFrom('talk_days').where('day', '>=', from).execute();
        await tx.deleteFrom('figure_cells').where('day', '>=', from).execute();
        await tx.deleteFrom('figure_days').where('day', '>=', from).execute();
        await tx.deleteFrom('figure_marks').execute();
      }),
  };
}

function* inPieces<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}

function narrowed(db: Db, { from, until, figures, channel, region }: CellFilter) {
  let query = db
    .selectFrom('figure_cells')
    .where('figure', 'in', [...figures])
    .where('day', '>=', from)
    .where('day', '<=', until);
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (region !== undefined) query = query.where('region', 'like', `${prefixOf(region)}%`);
  return query;
}

/** Codes of six digits, two a level; a region is the beginning of those below it. */
const prefixOf = (region: string): string => region.replace(/(?:00)+$/u, '');

// === Turns

function readTurns(db: Db): Pick<StatisticsStore, 'turnTimes' | 'turnsWithin'> {
  return {
    async turnTimes(since, after, limit) {
      let query = db
        .selectFrom('turns')
        .select(['at', 'conversation_id'])
        .where('at', '>=', after?.at ?? since)
        .orderBy('at')
        .orderBy('conversation_id')
        .limit(sql.lit(limit));
      if (after !== undefined) {
        // As one pair, so that the index leads to where the page before ended.
        query = query.where(sql<boolean>`(at, conversation_id) > (${after.at}, ${after.conversation})`);
      }
      const rows = await query.execute();
      return rows.map((row) => ({ at: row.at, conversation: row.conversation_id as ConversationId }));
    },
    async turnsWithin(conversations, { from, before }): Promise<readonly CountedTurn[]> {
      if (conversations.length === 0) return [];
      const rows = await db
        .selectFrom('turns')
        .innerJoin('addresses', 'addresses.conversation_id', 'turns.conversation_id')
        .select(['turns.conversation_id', 'turns.at', 'turns.log', 'addresses.channel'])
        .where('turns.conversation_id', 'in', [...conversations])
        .where('turns.at', '>=', from)
        .where('turns.at', '<', before)
        .orderBy('turns.conversation_id')
        .orderBy('turns.version')
        .execute();
      return rows.map((row) => ({
        conversation: row.conversation_id as ConversationId,
        channel: row.channel as ChannelId,
        at: row.at,
        ...readLog(row.log),
      }));
    },
  };
}

// === Cases, ratings, withdrawals

const MOMENT = { opened: 'opened_at', answered: 'first_answer_at', closed: 'closed_at' } as const;

function readCases(
  db: Db,
): Pick<StatisticsStore, 'caseDays' | 'ratedCases' | 'withdrawnEntries' | 'caseMoments'> {
  return {
    async caseDays(which, span, after, limit) {
      const rows = await db
        .selectFrom('cases')
        .select(['id', 'data', 'channel', 'region', 'symptom', 'opened_at', 'first_answer_at', 'closed_at'])
        .where(MOMENT[which], '>=', span.from)
        .where(MOMENT[which], '<', span.before)
        .where('id', '>', after)
        .orderBy('id')
        .limit(sql.lit(limit))
        .execute();
      return rows.map(asCaseDay);
    },
    ratedCases: (span) => ratedCases(db, span),
    async withdrawnEntries({ from, before }) {
      const rows = await db
        .selectFrom('withdrawals')
        .select(['kind', 'id', 'reason', 'at'])
        .where('at', '>=', from)
        .where('at', '<', before)
        .orderBy('n')
        .execute();
      return rows.map((row) => ({ ...row, kind: row.kind as WithdrawnEntry['kind'] }));
    },
    async caseMoments(after, limit) {
      const fresh = await db
        .selectFrom('case_events')
        .select(['n', 'case_id'])
        .where('n', '>', after)
        .orderBy('n')
        .limit(sql.lit(limit))
        .execute();
      const ids = [...new Set(fresh.map((row) => row.case_id))];
      if (ids.length === 0) return { moments: [], last: after };
      const rows = await db.selectFrom('case_events').select('at').where('case_id', 'in', ids).execute();
      return { moments: rows.map(({ at }) => at), last: fresh.at(-1)?.n ?? after };
    },
  };
}

async function ratedCases(db: Db, { from, before }: Span): Promise<readonly RatedCase[]> {
  const rows = await db
    .selectFrom('ratings')
    .leftJoin('cases', 'cases.id', 'ratings.case_id')
    .selectAll('ratings')
    .select(['cases.channel', 'cases.region'])
    .where('ratings.at', '>=', from)
    .where('ratings.at', '<', before)
    .orderBy('ratings.case_id')
    .execute();
  return rows.map((row) => ({
    channel: (row.channel ?? '') as RatedCase['channel'],
    region: row.region ?? '',
    at: row.at,
    isSatisfied: row.satisfied === 1,
    ...(row.reason === null ? {} : { reason: row.reason as NonNullable<RatedCase['reason']> }),
    ...(row.clerk === null ? {} : { clerk: row.clerk }),
    ...(row.cause === null ? {} : { cause: row.cause }),
    ...(row.entry === null ? {} : { entry: row.entry }),
  }));
}

function asCaseDay(row: {
  readonly id: string;
  readonly data: string;
  readonly channel: string | null;
  readonly region: string | null;
  readonly symptom: string | null;
  readonly opened_at: number;
  readonly first_answer_at: number | null;
  readonly closed_at: number | null;
}): CaseDay {
  const { id, findings, closed } = readCase(row.data);
  const firstCause = findings[0]?.cause;
  return {
    id,
    channel: (row.channel ?? '') as CaseDay['channel'],
    region: row.region ?? '',
    openedAt: row.opened_at,
    ...(row.symptom === null ? {} : { symptom: row.symptom as NonNullable<CaseDay['symptom']> }),
    ...(row.first_answer_at === null ? {} : { firstAnswerAt: row.first_answer_at }),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    ...(firstCause === undefined ? {} : { firstCause }),
    ...(closed?.trueCause === undefined ? {} : { trueCause: closed.trueCause }),
  };
}
