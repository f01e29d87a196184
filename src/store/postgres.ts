/** Several processes on one database. */
import { PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { AppError } from '../errors.ts';
import type { Backend } from './backend.ts';
import { postgresTables } from './catalogue.ts';
import { MIGRATION_LOCK, PRESENCE_LOCK } from './postgres-locks.ts';
import { createStatementNames } from './postgres-statements.ts';
import { insideTransaction, pipelinedTransactions, runOn } from './postgres-transactions.ts';
import { openWire } from './postgres-wire.ts';

/** Lanes (three queues of eight) rarely all wait for the database at once. */
export const POOL_SIZE = 12;
/** One listens, one works, and one more so that work is never waiting for itself. */
const SMALLEST_POOL = 3;
/** Whoever waits longer for a free connection is better told that we are busy. */
const CONNECT_WITHIN_MS = 10_000;
/** A process that froze in the middle of a transaction would hold the conversation for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000;
const INT8 = 20;
const TOO_MANY_CONNECTIONS = '53300';

export interface PostgresOptions {
  /** Connections this process may hold, the listening one and those of the dispatcher included. */
  readonly connections?: number | undefined;
}

/**
 * @throws AppError `bad_config` when the server does not answer, refuses the login or could never give as many
 * connections as asked for; `store_busy` when it has none left now
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Backend> {
  const connections = Math.max(options.connections ?? POOL_SIZE, SMALLEST_POOL);
  const config = { connectionString: url, application_name: 'gongji', keepAlive: true };
  const pool = new pg.Pool({
    ...config,
    max: connections - 1,
    // What does not wait for an answer is sent at once: a turn makes fewer journeys.
    pipeline: true,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    types: { getTypeParser },
  });
  // A connection that breaks is replaced by the pool, idle or in use; unheard, the event would end the process.
  pool.on('error', () => {});
  const names = createStatementNames();
  pool.on('connect', (client) => {
    client.on('error', () => {});
    names.use(client);
  });
  const query = (text: string, values: readonly unknown[] = []) => pool.query(text, [...values]);
  try {
    const server = await ask(pool);
    checkLimit(server, connections);
    return {
      dialect: new PostgresDialect({ pool }),
      description: describe(url, server, connections),
      lockMigrations: async (tx) => {
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx);
      },
      lockOutProcesses: async (tx) => {
        const { rows } = await sql<{ held: boolean }>`
          select pg_try_advisory_xact_lock(${sql.lit(PRESENCE_LOCK)}, hashtext(${server.schema})) as held
        `.execute(tx);
        return rows[0]?.held === true;
      },
      tables: postgresTables,
      shared: {
        schema: server.schema,
        transact: pipelinedTransactions(pool),
        run: runOn(pool),
        inside: insideTransaction,
        // Without values a text may hold several statements, as the dispatcher's tables need it.
        query: (text, values) => (values === undefined ? pool.query(text) : query(text, values)),
        openWire: () => openWire({ config, schema: server.schema, query }),
      },
    };
  } catch (error) {
    await pool.end();
    throw asOpenError(url, error);
  }
}

/** Our bigints are times and counters, far below 2^53; pg would hand them out as strings. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
  oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text');

interface Server {
  readonly version: string;
  readonly sync: string;
  readonly schema: string;
  readonly limit: number;
}

async function ask(pool: pg.Pool): Promise<Server> {
  const { rows } = await pool.query<Server>(
    `select current_setting('server_version') as version, current_setting('synchronous_commit') as sync,
      current_schema() as schema, current_setting('max_connections')::int as limit`,
  );
  return rows[0] as Server;
}

function checkLimit({ limit }: Server, connections: number): void {
  if (connections < limit) return;
  throw new AppError(
    'bad_config',
    `GONGJI_DATABASE_POOL allows this process ${connections} connections, but the server has ${limit} for everybody (max_connections); set it to less than ${limit} divided by the number of processes.`,
  );
}

function describe(url: string, { version, sync: synced }: Server, connections: number): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL ${version}, ${host}${pathname} (synchronous_commit=${synced}, up to ${connections} connections)`;
}

function asOpenError(url: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const { host, pathname } = new URL(url);
  const why = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Error && 'code' in cause && cause.code === TOO_MANY_CONNECTIONS) {
    return new AppError(
      'store_busy',
      `PostgreSQL at ${host}${pathname} has no connection left (${why}); start fewer processes, give each fewer by GONGJI_DATABASE_POOL, or raise max_connections of the server.`,
      { cause },
    );
  }
  return new AppError(
    'bad_config',
    `PostgreSQL at ${host}${pathname} cannot be used (${why}); check that it runs and that the address, user and password are right.`,
    { cause },
  );
}
