/** Sessions of web pages, which had been whatever secret a talk was begun with; see `contracts/web-sessions.ts`. */
import { type Kysely, sql } from 'kysely';

/** What a cookie lives, in ms: talks that are older have none any more. */
const LIFE_MS = 30 * 86_400_000;

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('web_sessions')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('replaces', 'text')
    .addColumn('is_due', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('is_framed', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('web_sessions_user').on('web_sessions').column('user_id').execute();
  // Talks that are under way go on under the secret they have.
  await sql`insert into web_sessions (key, user_id, ends_at)
    select a.user_id, a.user_id, c.updated_at + ${sql.lit(LIFE_MS)}
    from addresses a join conversations c on c.id = a.conversation_id
    where a.channel = 'web' and length(a.user_id) = 64`.execute(db);
}
