/** Logins of staff on web pages, and logins that were begun; see `contracts/desk-sessions.ts`. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('desk_sessions')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('staff_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('roles', 'text', (column) => column.notNull())
    .addColumn('how', 'text', (column) => column.notNull())
    .addColumn('farewell', 'text')
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('desk_logins')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('reveals_at').on('reveals').columns(['at', 'id']).execute();
  await db.schema.createIndex('conversations_at').on('conversations').columns(['updated_at', 'id']).execute();
  await db.schema
    .createIndex('conversations_by_status')
    .on('conversations')
    .columns(['status', 'updated_at', 'id'])
    .execute();
  await db.schema
    .createIndex('applications_at')
    .on('applications')
    .columns(['submitted_at', 'application_no'])
    .execute();
  await db.schema.createIndex('audit_at').on('audit').columns(['at', 'hash']).execute();
}
