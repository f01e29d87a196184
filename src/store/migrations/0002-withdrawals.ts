/** Entries of the knowledge base that are out of use, and a chain in the audit for who said so. */
import type { Kysely } from 'kysely';
import { KNOWLEDGE_CHAIN } from '../withdrawals.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('withdrawals')
    .addColumn('n', 'bigint', (column) => column.notNull().primaryKey())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('restored_at', 'bigint')
    .addColumn('restored_by', 'text')
    .execute();
  // One row an entry can be open: two processes that withdraw it at once make one withdrawal.
  await db.schema
    .createIndex('withdrawals_open')
    .unique()
    .on('withdrawals')
    .column('id')
    .where('restored_at' as never, 'is', null)
    .execute();
  // The counter of the chain, which is also the lock of whoever writes to it. Nobody writes to this address.
  await (db as Kysely<{ addresses: Record<string, string | number> }>)
    .insertInto('addresses')
    .values({
      channel: 'inside',
      account: KNOWLEDGE_CHAIN,
      user_id: KNOWLEDGE_CHAIN,
      conversation_id: KNOWLEDGE_CHAIN,
      seq: 0,
      audit_n: 0,
    })
    .execute();
}
