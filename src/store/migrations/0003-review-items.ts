/** Sentences that were not understood for sure, kept for people who improve the examples. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('review_items')
    .addColumn('text', 'text', (column) => column.notNull().primaryKey())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('alternatives', 'text', (column) => column.notNull())
    .addColumn('knowledge', 'text', (column) => column.notNull())
    .addColumn('region', 'text')
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('first_at', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('review_items_by_last_at')
    .on('review_items')
    .columns(['last_at', 'text'])
    .execute();
}
