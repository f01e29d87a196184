/** What staff did in a view: written down before it is acknowledged, done from the row. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('staff_items')
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('closed_at', 'bigint')
    .addPrimaryKeyConstraint('staff_items_pk', ['source', 'id'])
    .execute();
  await db.schema
    .createIndex('staff_items_due')
    .on('staff_items')
    .columns(['source', 'closed_at', 'due_at'])
    .execute();
}
