/** The help desk: what a case needs in a queue, what happened to it in one line of numbers, and its views. */
import type { Kysely } from 'kysely';

const CASE_TEXTS = [
  'owner',
  'owner_name',
  'region',
  'symptom',
  'channel',
  'closed_by',
  'previous_id',
] as const;
const CASE_TIMES = [
  'waiting_since',
  'first_answer_at',
  'snoozed_until',
  'goals_from',
  'answer_due_at',
  'resolve_due_at',
  'wake_at',
  'closed_at',
] as const;

export async function up(db: Kysely<unknown>): Promise<void> {
  await caseColumns(db);
  await adoptCases(db);
  await events(db);
  await views(db);
  await people(db);
}

async function caseColumns(db: Kysely<unknown>): Promise<void> {
  for (const name of CASE_TEXTS) await db.schema.alterTable('cases').addColumn(name, 'text').execute();
  for (const name of CASE_TIMES) await db.schema.alterTable('cases').addColumn(name, 'bigint').execute();
  for (const [name, value] of [
    ['priority', 2],
    ['version', 1],
    ['goal_stage', 0],
    ['failed_replies', 0],
  ] as const) {
    await db.schema
      .alterTable('cases')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(value))
      .execute();
  }
  await db.schema
    .alterTable('cases')
    .addColumn('subject', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .createIndex('cases_open')
    .on('cases')
    .columns(['priority', 'opened_at'])
    .where('closed_at' as never, 'is', null)
    .execute();
  await db.schema.createIndex('cases_by_closed_at').on('cases').column('closed_at').execute();
  await db.schema.createIndex('cases_by_first_answer_at').on('cases').column('first_answer_at').execute();
}

/** Cases opened before there was a desk: the clock looks at the open ones at once. */
async function adoptCases(db: Kysely<unknown>): Promise<void> {
  const known = db as Kysely<{
    cases: {
      id: string;
      conversation_id: string;
      data: string;
      status: string;
      opened_at: number;
      region: string | null;
      symptom: string | null;
      channel: string | null;
      waiting_since: number | null;
      wake_at: number | null;
      closed_at: number | null;
      closed_by: string | null;
    };
    addresses: { conversation_id: string; channel: string };
  }>;
  const rows = await known
    .selectFrom('cases')
    .innerJoin('addresses', 'addresses.conversation_id', 'cases.conversation_id')
    .select(['cases.id', 'cases.data', 'cases.opened_at', 'addresses.channel'])
    .execute();
  for (const { id, data, opened_at, channel } of rows) {
    const { region, symptom, closed } = JSON.parse(data) as {
      readonly region?: string;
      readonly symptom?: string;
      readonly closed?: { readonly at: string; readonly by: string };
    };
    const state =
      closed === undefined
        ? { waiting_since: opened_at, wake_at: opened_at }
        : { closed_at: Date.parse(closed.at), closed_by: closed.by };
    await known
      .updateTable('cases')
      .set({ channel, region: region ?? null, symptom: symptom ?? null, ...state })
      .where('id', '=', id)
      .execute();
  }
}

async function events(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('case_events')
    .addColumn('n', 'bigint', (column) => column.notNull().primaryKey())
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('by_id', 'text')
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('text', 'text')
    .addColumn('act_key', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('case_events_by_case').on('case_events').columns(['case_id', 'n']).execute();
  await db.schema
    .createIndex('case_events_by_key')
    .on('case_events')
    .columns(['case_id', 'act_key'])
    .unique()
    .execute();
  // One row: who writes an event holds it until the commit, so that a smaller number never appears later.
  await db.schema
    .createTable('desk_counter')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .execute();
  await (db as Kysely<{ desk_counter: { id: string; n: number } }>)
    .insertInto('desk_counter')
    .values({ id: 'events', n: 0 })
    .execute();
}

async function views(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('view_cursors')
    .addColumn('view', 'text', (column) => column.notNull().primaryKey())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('view_anchors')
    .addColumn('view', 'text', (column) => column.notNull())
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('view_anchors_pk', ['view', 'case_id'])
    .execute();
  await db.schema
    .createIndex('view_anchors_by_place')
    .on('view_anchors')
    .columns(['view', 'place'])
    .execute();
  await db.schema
    .createTable('seen_events')
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('seen_events_pk', ['source', 'id'])
    .execute();
}

async function people(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('desk_staff')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('staff_replies')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('by_id', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('state_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('staff_replies_by_case')
    .on('staff_replies')
    .columns(['case_id', 'at'])
    .execute();
  await db.schema
    .createTable('ratings')
    .addColumn('case_id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('satisfied', 'bigint', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('clerk', 'text')
    .addColumn('cause', 'text')
    .addColumn('entry', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('ratings_by_at').on('ratings').column('at').execute();
  await db.schema
    .createTable('reveals')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('person_ref', 'text', (column) => column.notNull())
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('by_id', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('reveals_by_person').on('reveals').column('person_ref').execute();
}
