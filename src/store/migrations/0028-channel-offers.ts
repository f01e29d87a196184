/** Answers handed to the process that holds a push, and words of welcome that outlive a restart; see `contracts/channel-ledger.ts`. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [column, type] of [
    ['holder', 'text'],
    ['held_until', 'bigint'],
    ['offered', 'text'],
  ] as const) {
    await db.schema.alterTable('channel_pushes').addColumn(column, type).execute();
  }
  // Of those that are held right now: a handful among the pushes of an hour.
  await db.schema
    .createIndex('channel_pushes_held')
    .on('channel_pushes')
    .columns(['channel', 'account', 'user_id'])
    .where('held_until' as never, 'is not', null)
    .execute();
  await db.schema.alterTable('channel_windows').addColumn('welcome', 'text').execute();
  await db.schema.alterTable('channel_windows').addColumn('welcome_until', 'bigint').execute();
}
