/**
 * The one connection of an embedded database, and who has it. Whoever takes it keeps it until it is given
 * back; then the next in line has it. A read that belongs to no transaction waits in the same line, so it
 * never sees what another has written and not yet committed.
 *
 * Kysely gets two dialects on it. That of everybody takes the connection for each statement or transaction.
 * That of `members` is for whoever has the connection and has begun: what begins and ends there is a part of
 * the transaction that is open, undone alone by its savepoint (see `group-commit.ts`).
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { OneConnection } from './backend.ts';
import { diskTrouble } from './disk-trouble.ts';
import type { Outcome, RunDirectly } from './prepared.ts';

/** The store knows some eighty statements, and those over several rows in a few sizes. */
const STATEMENTS_KEPT = 400;

type Run = OneConnection['run'];

export function oneConnection(database: DatabaseSync): OneConnection & { readonly dialect: Dialect } {
  const run = runner(database);
  const { isFree, take, give } = waitingLine();
  const isBegun = () => database.isTransaction;
  const rollback = () => {
    try {
      // Out of space or after an I/O error SQLite has done so by itself.
      if (isBegun()) run('rollback', []);
    } catch {
      // Tried again by whoever begins next, who is then told of the trouble.
    }
  };
  const begin = () => {
    rollback();
    run('begin immediate', []);
  };
  const commit = () => void run('commit', []);
  const close = () => database.close();
  return {
    isFree,
    take,
    give,
    run,
    begin,
    commit,
    rollback,
    isBegun,
    dialect: dialectOf(run, { take, give, begin, commit, rollback, close }),
    members: dialectOf(run, memberOf(run, isBegun)),
  };
}

/** Statements that belong to no transaction: at once when nobody has the connection, else in line. */
export function betweenTransactions({ isFree, take, give, run }: OneConnection): RunDirectly {
  return <Row>(sql: string, parameters: readonly unknown[]) =>
    isFree()
      ? run<Row>(sql, parameters)
      : take()
          .then(() => run<Row>(sql, parameters))
          .finally(give);
}

function waitingLine(): Pick<OneConnection, 'isFree' | 'take' | 'give'> {
  const line: (() => void)[] = [];
  let isTaken = false;
  return {
    isFree: () => !isTaken,
    async take() {
      if (isTaken) await new Promise<void>((resolve) => line.push(resolve));
      isTaken = true;
    },
    /** From hand to hand: nobody who comes meanwhile may pass those who wait. */
    give() {
      const next = line.shift();
      if (next === undefined) isTaken = false;
      else next();
    },
  };
}

// === Statements

interface Kept {
  readonly statement: StatementSync;
  readonly isReader: boolean;
}

function runner(database: DatabaseSync): Run {
  const kept = new Map<string, Kept>();
  const prepare = (sql: string): Kept => {
    // Statements of any shape are rare (the command line): then all start afresh.
    if (kept.size >= STATEMENTS_KEPT) kept.clear();
    const statement = database.prepare(sql);
    const made = { statement, isReader: statement.columns().length > 0 };
    kept.set(sql, made);
    return made;
  };
  return <Row>(sql: string, parameters: readonly unknown[]): Outcome<Row> => {
    const { statement, isReader } = kept.get(sql) ?? prepare(sql);
    const values = parameters as readonly SQLInputValue[];
    try {
      if (isReader) return { rows: statement.all(...values) as Row[], changed: 0 };
      return { rows: [], changed: Number(statement.run(...values).changes) };
    } catch (error) {
      // Also outside of transactions nobody should be told of a number where the disk is full.
      throw diskTrouble(error) ?? error;
    }
  };
}

// === For Kysely

interface Holding {
  readonly take: () => Promise<void>;
  readonly give: () => void;
  readonly begin: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
  readonly close: () => void;
}

/** Parts of one transaction, one after the other. */
function memberOf(run: Run, isBegun: () => boolean): Holding {
  return {
    take: async () => {},
    give: () => {},
    begin: () => void run('savepoint member', []),
    commit: () => {
      if (isBegun()) run('release member', []);
    },
    rollback: () => {
      // When the whole transaction is gone its savepoints are too.
      if (!isBegun()) return;
      run('rollback to member', []);
      run('release member', []);
    },
    close: () => {},
  };
}

function dialectOf(run: Run, holding: Holding): Dialect {
  return {
    createDriver: () => driverOf(run, holding),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new InLine(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** Kysely need not keep its own line: ours is known to those who do not go through Kysely. */
class InLine extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function driverOf(run: Run, { take, give, begin, commit, rollback, close }: Holding): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, changed } = run<Row>(sql, parameters);
      return { rows: rows as Row[], numAffectedRows: BigInt(changed) };
    },
    // biome-ignore lint/correctness/useYield: nothing here is too long to be read at once
    async *streamQuery() {
      throw new Error('The store does not stream');
    },
  };
  return {
    init: async () => {},
    async acquireConnection() {
      await take();
      return connection;
    },
    beginTransaction: async () => begin(),
    commitTransaction: async () => commit(),
    rollbackTransaction: async () => rollback(),
    releaseConnection: async () => give(),
    destroy: async () => close(),
  };
}
