/** The adviser of the desk: drafts and what became of them, triages held for a day, proposals for the knowledge. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('drafts')
    .addColumn('case_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('entry', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('source', 'text')
    .addColumn('region', 'text')
    .addColumn('checked', 'text')
    .addColumn('offered_at', 'bigint', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('by_id', 'text')
    .addColumn('distance', 'bigint')
    .addPrimaryKeyConstraint('drafts_pk', ['case_id', 'id'])
    .execute();
  await db.schema.createIndex('drafts_by_time').on('drafts').column('offered_at').execute();
  await db.schema
    .createTable('triages')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('by_id', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('case_id', 'text')
    .execute();
  await db.schema.createIndex('triages_by_time').on('triages').column('at').execute();
  await db.schema
    .createTable('proposals')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('intent', 'text', (column) => column.notNull())
    .addColumn('sentence', 'text', (column) => column.notNull())
    .addColumn('entry', 'text')
    .addColumn('text', 'text')
    .addColumn('case_id', 'text')
    .addColumn('by_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('approved_by', 'text')
    .addColumn('approved_key', 'text')
    .addColumn('approved_at', 'bigint')
    .execute();
  await db.schema.createIndex('proposals_by_time').on('proposals').column('at').execute();
}
