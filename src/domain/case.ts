/** What help-desk staff work on. What is asked of the office is an `Application`, never a case. */
import type { Finding } from './fact.ts';
import type { CaseId, ConversationId } from './ids.ts';
import type { Instant, RegionCode } from './insurance.ts';

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
}
