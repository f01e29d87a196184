/** What the parts of the store share: the database, the engine, time and chance, and one way to hold a transaction. */
import type { Clock, Random } from '../contracts/clock.ts';
import type { Engine } from '../contracts/engine.ts';
import { AppError } from '../errors.ts';
import { diskTrouble } from './disk-trouble.ts';
import type { Db, Tx } from './tables.ts';

/** Ends a transaction without leaving a trace; `inTx` then returns the given result. */
export type Abandon<Result> = (result: Result) => never;

export interface StoreContext {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine<Tx>;
  /** One short transaction. The jobs enqueued in it are let go when it has committed, and not before. */
  inTx<Result>(work: (tx: Tx, abandon: Abandon<Result>) => Promise<Result>): Promise<Result>;
}

/** Told of every transaction the disk of the database would not take. */
export type OnDiskTrouble = (error: AppError) => void;

/** How a transaction is held; by itself in the database unless given. */
export type Transact = <Result>(work: (tx: Tx) => Promise<Result>) => Promise<Result>;

export interface ContextParts extends Omit<StoreContext, 'inTx'> {
  readonly transact?: Transact | undefined;
}

export function createContext(
  { transact = (work) => parts.db.transaction().execute(work), ...parts }: ContextParts,
  onDiskTrouble: OnDiskTrouble = () => {},
): StoreContext {
  return {
    ...parts,
    async inTx<Result>(work: (tx: Tx, abandon: Abandon<Result>) => Promise<Result>) {
      let used: Tx | undefined;
      try {
        const result = await transact((tx) => {
          used = tx;
          return work(tx, abandon);
        });
        if (used !== undefined) parts.engine.afterCommit(used);
        return result;
      } catch (thrown) {
        if (thrown instanceof Abandoned) return thrown.result as Result;
        const error = asAppError(thrown);
        if (isDiskTrouble(error)) onDiskTrouble(error);
        throw error;
      }
    },
  };
}

const isDiskTrouble = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'store_full' || error.code === 'store_broken');

class Abandoned {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

function abandon(result: unknown): never {
  throw new Abandoned(result);
}

// Classes of SQLSTATE: connection, transaction rolled back, resources, operator intervention.
const PASSING = /^(?:08|40|53|57)/u;
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
/** What pg and its pool say, without a code, when a connection broke or none was free in time. */
const BROKEN = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered)/u;
// Busy, locked, out of memory.
const SQLITE_PASSING = new Set([5, 6, 7]);

/**
 * Trouble that passes becomes `store_busy`, that of a disk `store_full` or `store_broken`, so that callers know to try again;
 * our own mistakes stay what they are.
 */
export function asAppError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return thrown;
  const disk = diskTrouble(thrown);
  if (disk !== undefined) return disk;
  const { code, errcode } = thrown as { readonly code?: unknown; readonly errcode?: unknown };
  const passes =
    (typeof errcode === 'number' && SQLITE_PASSING.has(errcode & 0xff)) ||
    (code === undefined && BROKEN.test(thrown.message)) ||
    (typeof code === 'string' && (NETWORK.has(code) || (code.length === 5 && PASSING.test(code))));
  if (!passes) return thrown;
  const which = typeof errcode === 'number' ? errcode : String(code ?? 'connection');
  return new AppError('store_busy', `The database could not do it now (${which}); try again later.`, {
    cause: thrown,
  });
}
