/** The first tables. Indexes are few: each is paid for at every insert. */
import type { CreateTableBuilder, Kysely } from 'kysely';

/** Migrations are frozen in time, so they know no table types. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await mailbox(db);
  await outbox(db);
  await tasks(db);
  await persons(db);
  await rest(db);
}

async function mailbox(db: Kysely<unknown>): Promise<void> {
  await table(db, 'addresses', 'channel account user_id conversation_id', 'seq audit_n')
    .addPrimaryKeyConstraint('addresses_pk', ['channel', 'account', 'user_id'])
    .addUniqueConstraint('addresses_conversation', ['conversation_id'])
    .execute();
  await table(
    db,
    'inbox',
    'channel account message_id conversation_id kind content error?',
    'seq received_at attempts dead closed_at?',
  )
    .addPrimaryKeyConstraint('inbox_pk', ['conversation_id', 'seq'])
    .addUniqueConstraint('inbox_message', ['channel', 'account', 'message_id'])
    .execute();
  await openRows(db, 'inbox', ['conversation_id', 'seq'], 'closed_at');
  await table(db, 'conversations', 'id status state', 'version created_at updated_at')
    .addPrimaryKeyConstraint('conversations_pk', ['id'])
    .execute();
  await table(db, 'conversation_persons', 'person_ref conversation_id', 'at')
    .addPrimaryKeyConstraint('conversation_persons_pk', ['person_ref', 'conversation_id'])
    .execute();
  await table(db, 'turns', 'conversation_id seqs log', 'version at')
    .addPrimaryKeyConstraint('turns_pk', ['conversation_id', 'version'])
    .execute();
}

async function outbox(db: Kysely<unknown>): Promise<void> {
  await table(
    db,
    'outbox',
    'key conversation_id part state error?',
    'position attempts due_at created_at closed_at?',
  )
    .addPrimaryKeyConstraint('outbox_pk', ['conversation_id', 'position'])
    .addUniqueConstraint('outbox_key', ['key'])
    .execute();
  await openRows(db, 'outbox', ['conversation_id', 'position'], 'closed_at');
}

async function tasks(db: Kysely<unknown>): Promise<void> {
  await table(
    db,
    'tasks',
    'id conversation_id name input error? outcome? result?',
    'attempts due_at created_at settled_at?',
  )
    .addPrimaryKeyConstraint('tasks_pk', ['id'])
    .execute();
  await openRows(db, 'tasks', ['due_at'], 'settled_at');
  await table(db, 'service_calls', 'key task_id service state response?', 'prepared_at done_at?')
    .addPrimaryKeyConstraint('service_calls_pk', ['key'])
    .execute();
  await table(
    db,
    'applications',
    'application_no task_id conversation_id kind payer_ref dependent_ref? relation? region? state reason?',
    'submitted_at updated_at',
  )
    .addPrimaryKeyConstraint('applications_pk', ['application_no'])
    .execute();
  await index(db, 'applications', ['payer_ref']);
  await index(db, 'applications', ['dependent_ref']);
}

async function persons(db: Kysely<unknown>): Promise<void> {
  await table(db, 'persons', 'ref identity digest sealed', 'created_at updated_at')
    .addPrimaryKeyConstraint('persons_pk', ['ref'])
    .addUniqueConstraint('persons_identity', ['identity'])
    .execute();
  await index(db, 'persons', ['digest']);
  await table(db, 'pledges', 'id person_ref version digest sealed_signature', 'signed_at')
    .addPrimaryKeyConstraint('pledges_pk', ['id'])
    .execute();
  await index(db, 'pledges', ['person_ref']);
  await table(db, 'links', 'id conversation_id token_digest purpose context', 'expires_at used_at?')
    .addPrimaryKeyConstraint('links_pk', ['id'])
    .addUniqueConstraint('links_token', ['token_digest'])
    .execute();
}

async function rest(db: Kysely<unknown>): Promise<void> {
  await table(db, 'timers', 'id conversation_id name params', 'due_at fired_at?')
    .addPrimaryKeyConstraint('timers_pk', ['id'])
    .execute();
  await openRows(db, 'timers', ['due_at'], 'fired_at');
  await table(db, 'cases', 'id number conversation_id status data', 'opened_at')
    .addPrimaryKeyConstraint('cases_pk', ['id'])
    .addUniqueConstraint('cases_number', ['number'])
    .execute();
  await index(db, 'cases', ['conversation_id']);
  await table(db, 'case_counters', 'day', 'n').addPrimaryKeyConstraint('case_counters_pk', ['day']).execute();
  await table(db, 'office_cursors', 'portal', 'cursor')
    .addPrimaryKeyConstraint('office_cursors_pk', ['portal'])
    .execute();
  await table(db, 'audit', 'conversation_id actor action data prev_hash hash', 'n at')
    .addPrimaryKeyConstraint('audit_pk', ['conversation_id', 'n'])
    .execute();
  await table(db, 'settings', 'name value', '').addPrimaryKeyConstraint('settings_pk', ['name']).execute();
}

// === Short forms

/** A table with text and bigint columns; a name that ends in `?` may be null. */
function table(
  db: Kysely<unknown>,
  name: string,
  texts: string,
  bigints: string,
): CreateTableBuilder<string, string> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [type, names] of [
    ['text', texts],
    ['bigint', bigints],
  ] as const) {
    for (const column of names.split(' ').filter(Boolean)) {
      const nullable = column.endsWith('?');
      builder = builder.addColumn(nullable ? column.slice(0, -1) : column, type, (definition) =>
        nullable ? definition : definition.notNull(),
      );
    }
  }
  return builder;
}

async function index(db: Kysely<unknown>, on: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${on}_by_${columns.join('_')}`)
    .on(on)
    .columns(columns)
    .execute();
}

/** Finds what is still to be done without walking through everything that ever was. */
async function openRows(
  db: Kysely<unknown>,
  on: string,
  columns: string[],
  endedColumn: string,
): Promise<void> {
  await db.schema
    .createIndex(`${on}_open`)
    .on(on)
    .columns(columns)
    .where(endedColumn as never, 'is', null)
    .execute();
}
