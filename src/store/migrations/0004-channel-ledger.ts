/** What channels remember that may answer only so often: pushes, windows, sends, talks, cursors. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('channel_pushes')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('push_key', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reply', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_pushes_key', ['channel', 'account', 'push_key'])
    .execute();
  await db.schema.createIndex('channel_pushes_by_at').on('channel_pushes').column('at').execute();

  await db.schema
    .createTable('channel_windows')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('messages', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addColumn('noticed_at', 'bigint')
    .addPrimaryKeyConstraint('channel_windows_key', ['channel', 'account', 'user_id', 'kind'])
    .execute();

  await db.schema
    .createTable('channel_sends')
    .addColumn('part_key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('channel_sends_by_at').on('channel_sends').column('at').execute();

  await db.schema
    .createTable('channel_talks')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('talk', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_talks_key', ['channel', 'account', 'user_id'])
    .execute();
  await db.schema.createIndex('channel_talks_by_at').on('channel_talks').column('at').execute();

  await db.schema
    .createTable('channel_cursors')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('position', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_cursors_key', ['channel', 'account'])
    .execute();
}
