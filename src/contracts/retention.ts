/** The seam to the end of everything stored: each class of data has a period, and a proof that it was kept to. */
import type { DataClassId } from '../domain/data-class.ts';
import type { Instant } from '../domain/insurance.ts';

/** Days after which a row of a class goes, counted from what the class says. */
export type Periods = { readonly [Class in DataClassId]: number };

export interface ClassState {
  readonly class: DataClassId;
  readonly rows: number;
  /** Of the oldest row; absent when there is none. */
  readonly oldest?: Instant;
  /** Older than its period, and not held by something still open. Must be 0 after a run. */
  readonly overdue: number;
  /** Older than its period, but something is still open: it goes when that is over. */
  readonly held: number;
}

export interface Retention {
  /** What there is of each class, against the periods, now. Reads every table: not for a turn. */
  ages(periods: Periods): Promise<readonly ClassState[]>;
  /** Removes what is overdue, in short transactions, and writes the counts into the audit. */
  expire(periods: Periods): Promise<{ readonly [Class in DataClassId]: number }>;
  /** True for one caller a day, whichever process it is in. */
  claimDailyRun(): Promise<boolean>;
}
