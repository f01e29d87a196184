/**
 * Transactions whose statements are on their way before the answers to those before them have come back: Kysely lets one
 * follow the other, which costs a journey each. What is prepared goes straight to the connection, in the order
 * of the calls, and the last of them together with the commit. Where one failed, the server answers
 * those behind it with the same and the commit with a rollback.
 */
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Transact } from './context.ts';
import { type Outcome, type RunDirectly, runsDirectly } from './prepared.ts';
import type { Db, Tables, Tx } from './tables.ts';
import { takesWithCommit } from './with-commit.ts';

type Client = Pick<pg.PoolClient, 'query'>;

const clients = new WeakMap<Tx, Client>();

/** SQL of others inside a transaction of ours, as soon as a prepared statement would be. */
export async function insideTransaction(
  tx: Tx,
  text: string,
  values: readonly unknown[],
): Promise<{ readonly rows: readonly unknown[] }> {
  const client = clients.get(tx);
  return client?.query(text, [...values]) ?? tx.executeQuery(CompiledQuery.raw(text, [...values]));
}

export const runOn =
  (client: Client): RunDirectly =>
  async <Row>(text: string, parameters: readonly unknown[]): Promise<Outcome<Row>> => {
    const { rows, rowCount } = await client.query(text, [...parameters]);
    return { rows: rows as Row[], changed: rowCount ?? 0 };
  };

export function pipelinedTransactions(pool: pg.Pool): Transact {
  const databases = new WeakMap<pg.PoolClient, Db>();
  return async (work) => {
    const client = await pool.connect();
    const db = databases.get(client) ?? databaseOn(client);
    databases.set(client, db);
    const sent: Promise<unknown>[] = [];
    try {
      const result = await db.transaction().execute(async (tx) => {
        const open = untilClosed(client);
        clients.set(tx, open.client);
        runsDirectly(tx, runOn(open.client));
        takesWithCommit(tx, sent);
        const worked = await work(tx);
        open.close();
        return worked;
      });
      await Promise.all(sent);
      return result;
    } catch (error) {
      // The cause, and not that the commit could not follow it.
      await Promise.all(sent);
      throw error;
    }
  };
}

/** For transactions on one connection of the pool, which goes back there at the end. */
function databaseOn(client: pg.PoolClient): Db {
  const only = { connect: async () => client, end: async () => {}, options: {} };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: only }) });
}

/** A statement behind the commit would be in nobody's transaction, or in somebody else's. */
function untilClosed(client: pg.PoolClient): { readonly client: Client; close(): void } {
  let isClosed = false;
  const query = (...statement: Parameters<typeof client.query>) => {
    if (isClosed) throw new Error('A statement came after the commit of its transaction');
    return client.query(...statement);
  };
  return {
    client: { query: query as typeof client.query },
    close() {
      isClosed = true;
    },
  };
}
