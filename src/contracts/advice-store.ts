/** What the adviser of the desk keeps, as rows. Times are epoch milliseconds; words are masked. */
import type { Case } from '../domain/case.ts';
import type { CaseId, ConversationId } from '../domain/ids.ts';
import type { Day } from '../domain/insurance.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { DraftOutcome } from './advice.ts';
import type { StaffRef } from './desk.ts';

export interface NewDraft {
  readonly case: CaseId;
  readonly id: string;
  readonly entry: string;
  readonly text: string;
  readonly source?: string;
  readonly region?: string;
  readonly checked?: Day;
}

export interface DraftRow extends NewDraft {
  readonly offeredAt: number;
  readonly outcome?: DraftOutcome;
}

export interface DraftCount {
  readonly entry: string;
  readonly offered: number;
  readonly sent: number;
  readonly edited: number;
  readonly ignored: number;
  /** Sum over sent and edited ones, in characters. */
  readonly distance: number;
}

export interface TriageRow {
  readonly id: string;
  readonly by: string;
  readonly text: string;
  readonly record: Pick<Case, 'findings'> & Partial<Pick<Case, 'region' | 'symptom'>>;
  readonly at: number;
  readonly case?: CaseId;
}

export interface ProposalRow {
  readonly id: string;
  readonly kind: 'example' | 'draft';
  readonly intent: Intent;
  readonly sentence: string;
  readonly entry?: string;
  readonly text?: string;
  readonly case?: CaseId;
  readonly by: StaffRef;
  readonly at: number;
  readonly approvedBy?: StaffRef;
  readonly approvedAt?: number;
}

export interface AdviceStore {
  /** Those that are there already stay as they are. */
  keepDrafts(drafts: readonly NewDraft[]): Promise<void>;
  draftsOf(id: CaseId): Promise<readonly DraftRow[]>;
  /** What was sent stays sent; what was ignored may still be sent. */
  settleDraft(settled: {
    readonly case: CaseId;
    readonly id: string;
    readonly outcome: DraftOutcome;
    readonly by: StaffRef;
    readonly distance: number;
  }): Promise<void>;
  /** Of drafts offered from `from` on and before `before`. */
  draftCounts(from: number, before: number): Promise<readonly DraftCount[]>;

  /** Forgets those that are no longer held. */
  keepTriage(triage: Omit<TriageRow, 'at' | 'case'>): Promise<void>;
  /** Undefined when it was never made or is no longer held. */
  triageById(id: string): Promise<TriageRow | undefined>;
  /**
   * Opens the case in a conversation of its own that no channel reaches, with the words of the triage as its
   * first line; both, the event and the audit in one transaction. A triage that has its case gives that one.
   */
  openTriaged(opening: {
    readonly triage: string;
    readonly by: StaffRef;
    readonly conversation: ConversationId;
    readonly record: Omit<Case, 'conversation' | 'transcript' | 'openedAt' | 'status'>;
  }): Promise<CaseId | undefined>;

  /** The id decides: proposed twice is proposed once. */
  propose(proposal: Omit<ProposalRow, 'at' | 'approvedBy' | 'approvedAt'>): Promise<'proposed' | 'repeat'>;
  proposalById(id: string): Promise<ProposalRow | undefined>;
  /** Of two who approve at once one does. Written into the audit chain of the knowledge. */
  approve(approval: {
    readonly id: string;
    readonly by: StaffRef;
    readonly key: string;
  }): Promise<'approved' | 'repeat' | 'already' | 'own' | 'unknown'>;
  /** Oldest first; a bounded number. */
  proposalRows(state?: 'open' | 'approved'): Promise<readonly ProposalRow[]>;
}
