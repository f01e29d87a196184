/**
 * A key for each person, what they agreed to, how they want to be called, receipts of deletions; and whom an
 * audit row is about, so that somebody can be told who looked at their data.
 */
import { type Kysely, sql } from 'kysely';
import { HOUSE_CHAIN } from '../house-chain.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await keys(db);
  await consents(db);
  await receipts(db);
  await about(db);
  await db.schema.alterTable('links').addColumn('claimed_by', 'text').execute();
}

async function keys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('person_keys')
    .addColumn('ref', 'text', (column) => column.notNull().primaryKey())
    .addColumn('kek', 'text', (column) => column.notNull())
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('wrapped_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('person_keys_by_kek').on('person_keys').columns(['kek', 'ref']).execute();
  await db.schema
    .createTable('salutations')
    .addColumn('person_ref', 'text', (column) => column.notNull().primaryKey())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
}

async function consents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('consents')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('person_ref', 'text', (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('given_at', 'bigint', (column) => column.notNull())
    .addColumn('withdrawn_at', 'bigint')
    .execute();
  await db.schema.createIndex('consents_by_person').on('consents').column('person_ref').execute();
}

async function receipts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('erasures')
    .addColumn('receipt', 'text', (column) => column.notNull().primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('destroyed', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .execute();
}

async function about(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('audit').addColumn('about', 'text').execute();
  await db.schema
    .createIndex('audit_by_about')
    .on('audit')
    .column('about')
    .where('about' as never, 'is not', null)
    .execute();
  // `{"person":"p_…` has stood at the beginning of every row about a person since the first version.
  await sql`update audit set about = substr(data, 12, 34)
    where action in ('person.revealed', 'data.erased') and data like '{"person":"p_%'`.execute(db);
  await (db as Kysely<{ addresses: Record<string, string | number> }>)
    .insertInto('addresses')
    .values({
      channel: 'inside',
      account: HOUSE_CHAIN,
      user_id: HOUSE_CHAIN,
      conversation_id: HOUSE_CHAIN,
      seq: 0,
      audit_n: 0,
    })
    .execute();
}
