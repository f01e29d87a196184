/** Cases as the desk looks at them: one, a page of them, those the clock has to look at. */
import { type ExpressionBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Priority, StaffRef } from '../contracts/desk.ts';
import { PRIORITIES } from '../contracts/desk.ts';
import type { CaseQuery, CaseRow } from '../contracts/desk-store.ts';
import type { CaseStatus } from '../domain/case.ts';
import type { ChannelId } from '../domain/conversation.ts';
import { readCase, readConversation } from './parse.ts';
import type { CasesTable, Db, Tables, Tx } from './tables.ts';

export const rankOf = (priority: Priority): number => PRIORITIES.indexOf(priority);

type Joined = Omit<CasesTable, 'priority' | 'version' | 'subject' | 'goal_stage' | 'failed_replies'> & {
  priority: number;
  version: number;
  subject: string;
  goal_stage: number;
  failed_replies: number;
  state: string;
};

const selectCases = (on: Db | Tx) =>
  on
    .selectFrom('cases')
    .innerJoin('conversations', 'conversations.id', 'cases.conversation_id')
    .selectAll('cases')
    .select('conversations.state');

type Filtered<Row> = SelectQueryBuilder<Tables, 'cases' | 'conversations', Row>;

export async function caseRow(on: Db | Tx, id: string): Promise<CaseRow | undefined> {
  const row = await selectCases(on).where('cases.id', '=', id).executeTakeFirst();
  return row && asCaseRow(row);
}

export async function caseRowByNumber(on: Db, number: string): Promise<CaseRow | undefined> {
  const row = await selectCases(on).where('cases.number', '=', number).executeTakeFirst();
  return row && asCaseRow(row);
}

export async function caseRows(
  db: Db,
  query: CaseQuery,
  now: number,
): Promise<{ readonly rows: readonly CaseRow[]; readonly total: number }> {
  const counted = await filtered(
    db
      .selectFrom('cases')
      .innerJoin('conversations', 'conversations.id', 'cases.conversation_id')
      .select((eb) => eb.fn.countAll().as('n')),
    query,
    now,
  ).executeTakeFirst();
  const page = filtered(selectCases(db), query, now);
  const ordered = query.isClosed === true ? page.orderBy('cases.closed_at', 'desc') : urgentFirst(page);
  const rows = await ordered
    .orderBy('cases.opened_at')
    .orderBy('cases.number')
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  return { rows: rows.map(asCaseRow), total: Number(counted?.n ?? 0) };
}

/** Priority, then whose time is over first; what the clock has not looked at yet comes by its opening. */
function urgentFirst<Row>(query: Filtered<Row>): Filtered<Row> {
  return query
    .orderBy('cases.priority')
    .orderBy(
      sql`coalesce(case when cases.first_answer_at is null then cases.answer_due_at else cases.resolve_due_at end, cases.opened_at)`,
    );
}

/** Past the time of its next goal. */
export const isOverdue = (eb: ExpressionBuilder<Tables, 'cases'>, now: number) =>
  eb.or([
    eb.and([eb('cases.first_answer_at', 'is', null), eb('cases.answer_due_at', '<', now)]),
    eb('cases.resolve_due_at', '<', now),
  ]);

function filtered<Row>(from: Filtered<Row>, query: CaseQuery, now: number): Filtered<Row> {
  const { isClosed, owner, isSnoozed, region, symptom, priority, channel, find } = query;
  let q = from;
  if (isClosed !== undefined) q = q.where('cases.closed_at', isClosed ? 'is not' : 'is', null);
  if (owner === 'nobody') q = q.where('cases.owner', 'is', null);
  else if (owner !== undefined) q = q.where('cases.owner', '=', owner.id);
  if (isSnoozed !== undefined) q = q.where('cases.snoozed_until', isSnoozed ? 'is not' : 'is', null);
  if (query.isOverdue === true) q = q.where((eb) => isOverdue(eb as never, now));
  if (region !== undefined) q = q.where('cases.region', 'like', `${region.replace(/(?:00){1,3}$/u, '')}%`);
  if (symptom !== undefined) q = q.where('cases.symptom', '=', symptom);
  if (priority !== undefined) q = q.where('cases.priority', '=', rankOf(priority));
  if (channel !== undefined) q = q.where('cases.channel', '=', channel);
  if (query.openedFrom !== undefined) q = q.where('cases.opened_at', '>=', query.openedFrom);
  if (query.openedBefore !== undefined) q = q.where('cases.opened_at', '<', query.openedBefore);
  if (find !== undefined) {
    const words = find.replace(/[\\%_]/gu, (sign) => `\\${sign}`);
    q = q.where((eb) =>
      eb.or([
        eb('cases.number', 'like', sql<string>`${`${words}%`} escape '\\'`),
        eb('cases.subject', 'like', sql<string>`${`%${words}%`} escape '\\'`),
      ]),
    );
  }
  return q;
}

export async function dueCases(db: Db, now: number, limit: number): Promise<readonly CaseRow[]> {
  const rows = await selectCases(db)
    .where('cases.closed_at', 'is', null)
    .where('cases.wake_at', '<=', now)
    .orderBy('cases.wake_at')
    .limit(limit)
    .execute();
  return rows.map(asCaseRow);
}

export function ownerOf(row: Pick<CasesTable, 'owner' | 'owner_name'>): StaffRef | undefined {
  return row.owner === null ? undefined : { id: row.owner, displayName: row.owner_name ?? row.owner };
}

function asCaseRow(row: Joined): CaseRow {
  const { status: floor, profile, address } = readConversation(row.state);
  const owner = ownerOf(row);
  const { goals_from: from, answer_due_at: answerDueAt, resolve_due_at: resolveDueAt } = row;
  return {
    record: { ...readCase(row.data), status: row.status as CaseStatus },
    channel: (row.channel ?? address.channel) as ChannelId,
    floor,
    priority: PRIORITIES[row.priority] ?? 'normal',
    version: row.version,
    subject: row.subject,
    openedAt: row.opened_at,
    failedReplies: row.failed_replies,
    ...(profile.person === undefined
      ? {}
      : { person: { ref: profile.person.ref, maskedName: profile.person.maskedName } }),
    ...(owner === undefined ? {} : { owner }),
    ...(row.waiting_since === null ? {} : { waitingSince: row.waiting_since }),
    ...(row.first_answer_at === null ? {} : { firstAnswerAt: row.first_answer_at }),
    ...(row.snoozed_until === null ? {} : { snoozedUntil: row.snoozed_until }),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    ...(from === null || answerDueAt === null || resolveDueAt === null
      ? {}
      : { goals: { from, answerDueAt, resolveDueAt, stage: row.goal_stage } }),
  };
}
