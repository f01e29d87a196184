/** What is counted every few seconds is found at once among any number of other rows: what was given up, and open windows. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('inbox_dead')
    .on('inbox')
    .column('received_at')
    .where('dead' as never, '=', 1 as never)
    .execute();
  await db.schema
    .createIndex('outbox_dead')
    .on('outbox')
    .column('created_at')
    .where('state' as never, '=', 'dead' as never)
    .execute();
  await db.schema.createIndex('channel_windows_until').on('channel_windows').column('until').execute();
}
