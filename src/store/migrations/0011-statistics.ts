/**
 * What figures are counted from and kept in: one row a conversation and day, by codes, and numbers by day
 * that name nobody. The index lets the counting find what is new without reading the whole log.
 */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('turns_by_at').on('turns').columns(['at', 'conversation_id']).execute();
  await db.schema
    .createTable('talk_days')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('talked', 'bigint', (column) => column.notNull())
    .addColumn('handed', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('talk_days_pk', ['day', 'conversation_id'])
    .execute();
  await db.schema.createIndex('talk_days_of').on('talk_days').columns(['conversation_id', 'day']).execute();
  await db.schema
    .createTable('figure_cells')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('figure', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('region', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('figure_cells_pk', ['figure', 'day', 'channel', 'region', 'detail'])
    .execute();
  await db.schema
    .createTable('figure_days')
    .addColumn('day', 'text', (column) => column.notNull().primaryKey())
    .addColumn('counted_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('figure_marks')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .execute();
}
