/** What help-desk staff work on. What is asked of the office is an `Application`, never a case. */
import type { Finding } from './fact.ts';
import type { CaseId, ConversationId } from './ids.ts';
import type { Instant, RegionCode } from './insurance.ts';
import type { CauseId, Symptom } from './taxonomy.ts';

export type CaseStatus = 'open' | 'assigned' | 'waiting' | 'closed';

export interface Case {
  readonly id: CaseId;
  /** Short number a citizen can read out, such as 261124-0007. */
  readonly number: string;
  readonly conversation: ConversationId;
  readonly status: CaseStatus;
  readonly reason: string;
  readonly region?: RegionCode;
  readonly findings: readonly Finding[];
  /** Masked lines of the talk, oldest first. */
  readonly transcript: readonly {
    readonly who: 'citizen' | 'bot';
    readonly text: string;
    readonly at: Instant;
  }[];
  readonly openedAt: Instant;
  /** The complaint it began with; absent when the citizen only asked for a person. */
  readonly symptom?: Symptom;
  readonly closed?: ClosedCase;
  /** The case before it in this conversation. */
  readonly previous?: CaseId;
}

/** How a case ended. */
export interface ClosedCase {
  readonly at: Instant;
  /** Who closed it: a clerk's id, never a name. */
  readonly by: string;
  /** What it turned out to be; absent when nobody found out, or there was no complaint. */
  readonly trueCause?: CauseId;
  /** In words, for colleagues; numbers are masked before it is stored. */
  readonly note?: string;
}
