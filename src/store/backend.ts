/** What the store needs of a database besides SQL. */
import type { Dialect } from 'kysely';
import type { Tx } from './tables.ts';

export interface Backend {
  readonly dialect: Dialect;
  /** One line for the start-up message: engine, place, durability. No password. */
  readonly description: string;
  /** Held until the transaction ends; the next process waits. */
  readonly lockMigrations: (tx: Tx) => Promise<void>;
}
