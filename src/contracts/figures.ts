/** What waits in the store, as numbers: for health, metrics and alarms. No ids, nothing personal. */
import type { ChannelId } from '../domain/conversation.ts';
import type { WindowKind } from './channel-ledger.ts';

/** How long a case has been open. */
export const CASE_AGES = ['under_1h', 'under_4h', 'under_1d', 'under_3d', 'over_3d'] as const;
export type CaseAge = (typeof CASE_AGES)[number];

/** Times are epoch milliseconds; absent when nothing waits. */
export interface StoreFigures {
  readonly inbox: { readonly waiting: number; readonly oldestAt?: number; readonly dead: number };
  /** `oldestAt`: since when the oldest part that could go now has been due. */
  readonly outbox: {
    readonly pending: number;
    readonly parked: number;
    readonly dead: number;
    readonly oldestAt?: number;
  };
  readonly tasks: { readonly open: number; readonly oldestDueAt?: number };
  readonly timers: { readonly oldestDueAt?: number };
  readonly staffItems: { readonly waiting: number; readonly oldestAt?: number };
  readonly cases: {
    readonly open: { readonly [age in CaseAge]: number };
    readonly unassigned: number;
    readonly firstAnswerLate: number;
    readonly resolutionLate: number;
  };
  /** Reply windows that are open and have messages left. */
  readonly windows: readonly {
    readonly channel: ChannelId;
    readonly kind: WindowKind;
    readonly open: number;
  }[];
  /** When the last backup became whole, whoever wrote it; absent when there was none. */
  readonly backupAt?: number;
  /** Whether the tables are those this version of the program knows. */
  readonly migrations: 'current' | 'newer' | 'older';
}

export interface Figures {
  /** Reads indexes of open rows only: cheap however much was ever said. Callers keep the answer for some seconds. */
  figures(): Promise<StoreFigures>;
  /** One trivial statement. Rejects when the database does not answer. */
  ping(): Promise<void>;
}
