/**
 * The classes of stored data: which rows, counted from when, and what holds a row beyond its period. Every
 * table is in a class or among those that say nothing of anybody; a test holds that.
 */
import { type RawBuilder, sql } from 'kysely';
import type { DataClassId } from '../domain/data-class.ts';
import { forget } from './erasing.ts';
import { HOUSE_CHAIN } from './house-chain.ts';
import type { Tx } from './tables.ts';
import { KNOWLEDGE_CHAIN } from './withdrawals.ts';

/** Rows of one table that go together. Pieces of SQL see the row as `t`. */
export interface Shelf {
  readonly class: DataClassId;
  /** The table, or what stands in its place. */
  readonly from: RawBuilder<unknown>;
  readonly key: readonly string[];
  /** Epoch ms the period is counted from. */
  readonly at: RawBuilder<unknown>;
  /** True while something is still open. */
  readonly held: RawBuilder<unknown>;
  /** What goes when the row goes; the row itself unless given. */
  readonly remove?: (tx: Tx, keys: readonly string[]) => Promise<void>;
}

const NEVER = sql`1 = 0`;

function shelf(
  table: string,
  data: Omit<Shelf, 'from' | 'held'> & { readonly held?: RawBuilder<unknown> },
): Shelf {
  return { from: sql.table(table), held: NEVER, ...data };
}

const hasOpenWork = (conversation: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  exists (select 1 from inbox i where i.conversation_id = ${conversation} and i.closed_at is null)
  or exists (select 1 from outbox o where o.conversation_id = ${conversation} and o.closed_at is null and o.state <> 'parked')
  or exists (select 1 from tasks k where k.conversation_id = ${conversation} and k.settled_at is null)
  or exists (select 1 from timers m where m.conversation_id = ${conversation} and m.fired_at is null)
  or exists (select 1 from cases c where c.conversation_id = ${conversation} and c.status <> 'closed'))`;

/** Chains that are not about a person's conversation, and have no end. */
const ENDLESS = [KNOWLEDGE_CHAIN, HOUSE_CHAIN];

export const SHELVES: readonly Shelf[] = [
  shelf('inbox', {
    class: 'messages',
    key: ['conversation_id', 'seq'],
    at: sql`t.received_at`,
    held: sql`t.closed_at is null`,
  }),
  shelf('outbox', {
    class: 'messages',
    key: ['conversation_id', 'position'],
    at: sql`t.created_at`,
    held: sql`(t.closed_at is null and t.state <> 'parked')`,
  }),
  shelf('turns', { class: 'messages', key: ['conversation_id', 'version'], at: sql`t.at` }),
  shelf('talk_days', { class: 'messages', key: ['day', 'conversation_id'], at: sql`t.last_at` }),
  shelf('tasks', {
    class: 'tasks',
    key: ['id'],
    at: sql`coalesce(t.settled_at, t.created_at)`,
    held: sql`t.settled_at is null`,
  }),
  shelf('service_calls', {
    class: 'tasks',
    key: ['key'],
    at: sql`coalesce(t.done_at, t.prepared_at)`,
    held: sql`exists (select 1 from tasks k where k.id = t.task_id and k.settled_at is null)`,
  }),
  shelf('links', { class: 'links', key: ['id'], at: sql`t.expires_at` }),
  shelf('timers', {
    class: 'timers',
    key: ['id'],
    at: sql`coalesce(t.fired_at, t.due_at)`,
    held: sql`t.fired_at is null`,
  }),
  shelf('review_items', { class: 'unsure_words', key: ['text'], at: sql`t.last_at` }),
  shelf('staff_items', {
    class: 'staff_items',
    key: ['source', 'id'],
    at: sql`t.received_at`,
    held: sql`t.closed_at is null`,
  }),
  shelf('pledges', { class: 'pledges', key: ['id'], at: sql`t.signed_at` }),
  shelf('persons', {
    class: 'identity',
    key: ['ref'],
    at: sql`t.updated_at`,
    held: sql`exists (select 1 from conversation_persons p join tasks k on k.conversation_id = p.conversation_id
      where p.person_ref = t.ref and k.settled_at is null)`,
    remove: async (tx, refs) => void (await forget(tx, refs)),
  }),
  shelf('consents', {
    class: 'consents',
    key: ['id'],
    at: sql`coalesce(t.withdrawn_at, t.given_at)`,
    held: sql`(t.withdrawn_at is null and exists (select 1 from persons p where p.ref = t.person_ref))`,
  }),
  shelf('applications', {
    class: 'applications',
    key: ['application_no'],
    at: sql`t.updated_at`,
    // Under way or in force: who is connected with whom is of use until it has ended.
    held: sql`t.state not in ('DECLINED', 'EXPIRED', 'REJECTED', 'WITHDRAWN', 'ENDED', 'DONE')`,
  }),
  shelf('cases', {
    class: 'cases',
    key: ['id'],
    at: sql`coalesce(t.closed_at, t.opened_at)`,
    held: sql`t.status <> 'closed'`,
  }),
  ...['case_events', 'staff_replies', 'ratings'].map((table) =>
    shelf(table, {
      class: 'cases',
      key: [{ case_events: 'n', staff_replies: 'key', ratings: 'case_id' }[table] as string],
      at: sql`t.at`,
      held: sql`exists (select 1 from cases c where c.id = t.case_id)`,
    }),
  ),
  shelf('drafts', {
    class: 'cases',
    key: ['case_id', 'id'],
    at: sql`t.offered_at`,
    held: sql`exists (select 1 from cases c where c.id = t.case_id)`,
  }),
  shelf('triages', { class: 'staff_items', key: ['id'], at: sql`t.at` }),
  shelf('proposals', { class: 'cases', key: ['id'], at: sql`coalesce(t.approved_at, t.at)` }),
  shelf('reveals', { class: 'audit', key: ['id'], at: sql`t.at` }),
  shelf('desk_staff', { class: 'staff', key: ['id'], at: sql`t.seen_at` }),
  shelf('desk_sessions', { class: 'staff_items', key: ['key'], at: sql`t.ends_at` }),
  shelf('desk_logins', { class: 'staff_items', key: ['key'], at: sql`t.expires_at` }),
  shelf('seen_events', { class: 'staff_items', key: ['source', 'id'], at: sql`t.at` }),
  shelf('channel_pushes', {
    class: 'messages',
    key: ['channel', 'account', 'push_key'],
    at: sql`t.at`,
  }),
  shelf('channel_sends', { class: 'messages', key: ['part_key'], at: sql`t.at` }),
  shelf('channel_talks', {
    class: 'conversations',
    key: ['channel', 'account', 'user_id'],
    at: sql`t.at`,
  }),
  shelf('channel_windows', {
    class: 'conversations',
    key: ['channel', 'account', 'user_id', 'kind'],
    at: sql`t.until`,
  }),
  shelf('web_sessions', { class: 'conversations', key: ['key'], at: sql`t.ends_at` }),
  shelf('erasures', { class: 'receipts', key: ['receipt'], at: sql`t.at` }),
  shelf('conversations', {
    class: 'conversations',
    key: ['id'],
    at: sql`t.updated_at`,
    held: hasOpenWork(sql`t.id`),
    remove: removeConversations,
  }),
  {
    class: 'audit',
    // A chain ends as a whole: with its first rows gone, nobody could check the others.
    from: sql`(select conversation_id, max(at) as at from audit
      where conversation_id not in (${sql.join(ENDLESS.map((id) => sql.lit(id)))}) group by conversation_id)`,
    key: ['conversation_id'],
    at: sql`t.at`,
    held: sql`exists (select 1 from conversations c where c.id = t.conversation_id)`,
    remove: removeChains,
  },
];

/**
 * Who wrote is forgotten, and whoever writes again begins a new conversation. The row that counts the audit
 * stays under no name, so that the chain can be checked until its own time is over.
 */
async function removeConversations(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.deleteFrom('conversation_persons').where('conversation_id', 'in', ids).execute();
  await tx.deleteFrom('conversations').where('id', 'in', ids).execute();
  await tx
    .updateTable('addresses')
    .set((eb) => ({ user_id: sql<string>`'gone:' || ${eb.ref('conversation_id')}` }))
    .where('conversation_id', 'in', ids)
    .execute();
}

async function removeChains(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.deleteFrom('audit').where('conversation_id', 'in', ids).execute();
  await tx.deleteFrom('addresses').where('conversation_id', 'in', ids).execute();
}
