/** What the store needs of a database besides SQL. */
import type { Dialect } from 'kysely';
import type { TableShape } from './catalogue.ts';
import type { Transact } from './context.ts';
import type { Outcome, RunDirectly } from './prepared.ts';
import type { Tx } from './tables.ts';

export interface Backend {
  readonly dialect: Dialect;
  /** One line for the start-up message: engine, place, durability. No password. */
  readonly description: string;
  /** Held until the transaction ends; the next process waits. */
  readonly lockMigrations: (tx: Tx) => Promise<void>;
  /**
   * Held until the transaction ends, if no process is at work on the database.
   * @returns whether it is held
   */
  readonly lockOutProcesses: (tx: Tx) => Promise<boolean>;
  /** All tables that are ours. */
  readonly tables: (tx: Tx) => Promise<readonly TableShape[]>;
  /** Copies the database into a new file while it is worked on; absent where there are better ways. */
  readonly copyTo?: (file: string) => Promise<void>;
  /** The connection of an embedded database; absent where there is a pool of them. */
  readonly one?: OneConnection;
  /** What several processes on one database need; absent where there can be only one. */
  readonly shared?: SharedDatabase;
}

/** One connection, which those who want it have in turn. */
export interface OneConnection {
  isFree(): boolean;
  /** In the order of the calls; at once when it is free. */
  take(): Promise<void>;
  give(): void;
  /** For whoever has it, or while it is free. Runs at once, in the thread of the caller. */
  run<Row>(sql: string, parameters: readonly unknown[]): Outcome<Row>;
  begin(): void;
  commit(): void;
  /** Nothing when there is no transaction any more. */
  rollback(): void;
  isBegun(): boolean;
  /** Transactions on it are parts of the one that whoever has the connection has begun. */
  readonly members: Dialect;
}

export interface SharedDatabase {
  /** The schema that holds our tables. */
  readonly schema: string;
  /** Holds transactions whose statements need not wait for each other. */
  readonly transact: Transact;
  /** For prepared statements outside of one. */
  readonly run: RunDirectly;
  /** SQL of others inside one. */
  readonly inside: (
    tx: Tx,
    text: string,
    values: readonly unknown[],
  ) => Promise<{ readonly rows: readonly unknown[] }>;
  /** One statement on a connection of the pool. */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  /** Counts this process as being at work until it is closed. */
  openWire(): Promise<Wire>;
}

/** One connection that listens to what other processes say. It mends itself; what was said meanwhile is lost. */
export interface Wire {
  /**
   * @param again called at once and after every mending: what was missed is to be looked up
   * @returns ends the listening
   */
  listen(channel: string, hear: (payload: string) => void, again?: () => void): Promise<() => Promise<void>>;
  /** Does not throw: a hint that cannot be given is not given. */
  notify(channel: string, payload: string): void;
  /** Takes a mark that one process on the database can have, and keeps it until it is closed. False when another has it. */
  holdAlone(what: string): Promise<boolean>;
  close(): Promise<void>;
}

export function isPostgresUrl(url: string): boolean {
  return url.startsWith('postgres://') || url.startsWith('postgresql://');
}
