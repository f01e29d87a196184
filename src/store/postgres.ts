/** Several processes on one database. */
import { PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { AppError } from '../errors.ts';
import type { Backend } from './backend.ts';

/** Lanes (three queues of eight) rarely all wait for the database at once. */
const POOL_SIZE = 12;
/** Our mark among the advisory locks of the database; any number nobody else uses. */
const MIGRATION_LOCK = 4_715_501;
const INT8 = 20;

export function isPostgresUrl(url: string): boolean {
  return url.startsWith('postgres://') || url.startsWith('postgresql://');
}

/** @throws AppError `bad_config` when the server does not answer or refuses the login */
export async function openPostgres(url: string): Promise<Backend> {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, types: { getTypeParser } });
  // A connection that breaks while idle is replaced by the pool; unheard, the event would end the process.
  pool.on('error', () => {});
  const description = await describe(pool, url);
  return {
    dialect: new PostgresDialect({ pool }),
    description,
    lockMigrations: async (tx) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx);
    },
  };
}

/** Our bigints are times and counters, far below 2^53; pg would hand them out as strings. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
  oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text');

async function describe(pool: pg.Pool, url: string): Promise<string> {
  const { host, pathname } = new URL(url);
  try {
    const { rows } = await pool.query(
      `select current_setting('server_version') as version, current_setting('synchronous_commit') as sync`,
    );
    return `PostgreSQL ${rows[0].version}, ${host}${pathname} (synchronous_commit=${rows[0].sync})`;
  } catch (cause) {
    await pool.end();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'bad_config',
      `PostgreSQL at ${host}${pathname} cannot be used (${why}); check that it runs and that the address, user and password are right.`,
      { cause },
    );
  }
}
