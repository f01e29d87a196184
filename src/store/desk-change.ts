/**
 * One change of one case. The numbers of the conversation are taken first, as by every writer, and the
 * update itself holds the conditions: of any number who claim at once, one finds the row as it expects it, and
 * its transaction also takes the floor, tells the citizen, and writes event and audit.
 */
import { nextStatus } from '../../flows/conversation.ts';
import { STAFF_CHANNEL } from '../contracts/desk.ts';
import type { CaseChange, CaseChanged } from '../contracts/desk-store.ts';
import type { Case, ClosedCase } from '../domain/case.ts';
import type { Conversation, InboundContent } from '../domain/conversation.ts';
import type { CaseId } from '../domain/ids.ts';
import type { StoreContext } from './context.ts';
import type { DeskLog } from './desk-events.ts';
import { caseRow, rankOf } from './desk-rows.ts';
import { readCase, readConversation, toInstant, writeConversation } from './parse.ts';
import type { Rooms } from './rooms.ts';
import type { Db, Tx } from './tables.ts';

export function caseChanger(
  { db, clock, inTx }: StoreContext,
  rooms: Rooms,
  log: DeskLog,
): (change: CaseChange) => Promise<CaseChanged> {
  return async (change) => {
    const known = await beforehand(db, change);
    if (known !== undefined) return known;
    const changed = await inTx<CaseChanged>(async (tx, abandon) => {
      const { id, tell } = change;
      const row = await tx
        .selectFrom('cases')
        .select(['conversation_id', 'number', 'channel'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const conversation = row.conversation_id;
      // The number first: it is the lock, here as everywhere.
      const audits = change.by === undefined ? 0 : 1;
      const { seq, auditN } = await rooms.takeNumbers(tx, conversation, { lines: tell ? 1 : 0, audits });
      const repeat = await repeated(tx, change);
      if (repeat !== undefined) return abandon(repeat);
      const at = clock.now();
      const version = await update(tx, change, at);
      if (version === undefined) {
        const found = await caseRow(tx, id);
        return abandon(found === undefined ? { state: 'unknown' } : { state: 'refused', row: found });
      }
      await keepStaff(tx, change, at);
      if (tell !== undefined) {
        await moveFloor(tx, conversation, change, at);
        // Where nobody can be written to, nobody is told.
        if (row.channel !== STAFF_CHANNEL) {
          const content = contentOf(change, tell);
          const messageId = `staff:${id}:${change.key ?? version}`;
          await rooms.putInside(tx, { conversation, seq, messageId, content });
          await follow(tx, change, at);
        }
      }
      if (change.by !== undefined) await audit(tx, rooms, change, { conversation, n: auditN });
      await log.append(
        tx,
        change.events.map((event, index) => ({
          ...event,
          case: id,
          by: change.by,
          key: index === 0 ? change.key : undefined,
        })),
      );
      return { state: 'done', version };
    });
    if (changed.state === 'done') log.ring();
    return changed;
  };
}

// === Conditions

/** Without a lock, so that a thousand who come too late cost a thousand reads. */
async function beforehand(db: Db, change: CaseChange): Promise<CaseChanged | undefined> {
  const row = await caseRow(db, change.id);
  if (row === undefined) return { state: 'unknown' };
  const repeat = await repeated(db, change);
  if (repeat !== undefined) return repeat;
  const { isClosed, owner, version } = change.when;
  const fits =
    isClosed === (row.closedAt !== undefined) &&
    (owner === undefined || (owner === 'nobody' ? row.owner === undefined : row.owner?.id === owner.id)) &&
    (version === undefined || version === row.version);
  return fits ? undefined : { state: 'refused', row };
}

async function repeated(on: Db | Tx, { id, key }: CaseChange): Promise<CaseChanged | undefined> {
  if (key === undefined) return undefined;
  const row = await on
    .selectFrom('case_events')
    .innerJoin('cases', 'cases.id', 'case_events.case_id')
    .select('cases.version')
    .where('case_events.case_id', '=', id)
    .where('case_events.act_key', '=', key)
    .executeTakeFirst();
  return row && { state: 'repeat', version: row.version };
}

/** The new version; undefined when the case was not as expected. */
async function update(tx: Tx, change: CaseChange, at: number): Promise<number | undefined> {
  const { isClosed, owner, version } = change.when;
  let query = tx
    .updateTable('cases')
    .set((eb) => ({ version: eb('version', '+', 1), ...columnsOf(change.set, at) }))
    .where('id', '=', change.id)
    .where('closed_at', isClosed ? 'is not' : 'is', null);
  if (change.set.isAnswered === true) {
    query = query.set((eb) => ({ first_answer_at: eb.fn.coalesce('first_answer_at', eb.val(at)) }));
  }
  if (owner === 'nobody') query = query.where('owner', 'is', null);
  else if (owner !== undefined) query = query.where('owner', '=', owner.id);
  if (version !== undefined) query = query.where('version', '=', version);
  const row = await query.returning(['version', 'data']).executeTakeFirst();
  if (row === undefined) return undefined;
  await rewrite(tx, change, readCase(row.data), at);
  return row.version;
}

function columnsOf(set: CaseChange['set'], at: number) {
  const { owner, status, priority, snoozedUntil, goals, wakeAt, failedReplies, closed } = set;
  return {
    ...(owner === undefined
      ? {}
      : owner === 'nobody'
        ? { owner: null, owner_name: null }
        : { owner: owner.id, owner_name: owner.displayName }),
    ...(status === undefined ? {} : { status }),
    ...(priority === undefined ? {} : { priority: rankOf(priority) }),
    ...(snoozedUntil === undefined ? {} : { snoozed_until: snoozedUntil === 'awake' ? null : snoozedUntil }),
    ...(set.isAnswered === true ? { waiting_since: null } : {}),
    ...(goals === undefined
      ? {}
      : goals === 'anew'
        ? { goals_from: null, answer_due_at: null, resolve_due_at: null, goal_stage: 0 }
        : {
            goals_from: goals.from,
            answer_due_at: goals.answerDueAt,
            resolve_due_at: goals.resolveDueAt,
            goal_stage: goals.stage,
          }),
    ...(wakeAt === undefined ? {} : { wake_at: wakeAt === 'never' ? null : wakeAt }),
    ...(failedReplies === undefined ? {} : { failed_replies: failedReplies }),
    ...(closed === undefined
      ? {}
      : closed === 'open'
        ? { closed_at: null, closed_by: null }
        : { closed_at: at, closed_by: closed.by }),
  };
}

/** The record keeps what the columns say, for whoever reads records only. */
async function rewrite(tx: Tx, { id, set }: CaseChange, before: Case, at: number): Promise<void> {
  if (set.status === undefined && set.closed === undefined) return;
  const { closed: was, ...open } = before;
  const now: ClosedCase | undefined =
    set.closed === undefined ? was : set.closed === 'open' ? undefined : { ...set.closed, at: toInstant(at) };
  const after: Case = {
    ...open,
    status: set.status ?? before.status,
    ...(now === undefined ? {} : { closed: now }),
  };
  await tx
    .updateTable('cases')
    .set({ data: JSON.stringify(after) })
    .where('id', '=', id)
    .execute();
}

// === What else belongs to it

/** From this moment on the bot is silent, or speaks again: a turn that was thought over the old state is stale. */
async function moveFloor(tx: Tx, conversation: string, change: CaseChange, at: number): Promise<void> {
  const event = change.tell?.event;
  if (event === undefined || event === 'replied' || event === 'asked') return;
  const row = await tx
    .selectFrom('conversations')
    .select('state')
    .where('id', '=', conversation)
    .executeTakeFirstOrThrow();
  const { openCase, lastCase, ...before } = readConversation(row.state);
  const cases =
    event === 'closed'
      ? { lastCase: { id: change.id, closedAt: toInstant(at) } }
      : event === 'reopened'
        ? { openCase: change.id }
        : {
            ...(openCase === undefined ? {} : { openCase }),
            ...(lastCase === undefined ? {} : { lastCase }),
          };
  const after: Conversation = {
    ...before,
    ...cases,
    status: nextStatus(before.status, { type: event }),
    version: before.version + 1,
    updatedAt: toInstant(at),
  };
  await tx
    .updateTable('conversations')
    .set({
      version: after.version,
      status: after.status,
      state: writeConversation(after),
      updated_at: at,
    })
    .where('id', '=', conversation)
    .execute();
}

function contentOf({ id, key }: CaseChange, tell: NonNullable<CaseChange['tell']>): InboundContent {
  const { event, text, what, flow, slots, followed } = tell;
  return {
    kind: 'staff',
    event,
    case: id as CaseId,
    ...(followed === undefined || key === undefined ? {} : { reply: replyKey(id, key) }),
    ...(text === undefined ? {} : { text }),
    ...(what === undefined ? {} : { what }),
    ...(flow === undefined ? {} : { flow }),
    ...(slots === undefined ? {} : { slots }),
  };
}

/** Keys of acts are unique within a case only. */
const replyKey = (id: string, key: string): string => `${id}:${key}`;

async function follow(tx: Tx, { id, key, by, tell }: CaseChange, at: number): Promise<void> {
  if (tell?.followed === undefined || key === undefined || by === undefined) return;
  const row = { case_id: id, by_id: by.id, text: tell.followed, state: 'queued', at, state_at: at };
  await tx
    .insertInto('staff_replies')
    .values({ ...row, key: replyKey(id, key) })
    .execute();
}

/** Names of staff as they were last; acts keep ids only. */
async function keepStaff(tx: Tx, { by, set }: CaseChange, at: number): Promise<void> {
  const { owner } = set;
  const seen = [by, owner === 'nobody' ? undefined : owner].filter((one) => one !== undefined);
  for (const { id, displayName } of seen) {
    await tx
      .insertInto('desk_staff')
      .values({ id, name: displayName, seen_at: at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ name: displayName, seen_at: at }))
      .execute();
  }
}

async function audit(
  tx: Tx,
  rooms: Rooms,
  { id, by, events }: CaseChange,
  place: { readonly conversation: string; readonly n: number },
): Promise<void> {
  const [event] = events;
  if (event === undefined) return;
  const data = { ...event.data, case: id, by: by?.id ?? null };
  await rooms.appendAudit(tx, { ...place, actor: 'clerk', action: `case.${event.kind}`, data });
}
