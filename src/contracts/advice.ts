/**
 * The seam to the desk's whisperer: what a clerk could say, what a complaint on the telephone may mean,
 * and what nobody could answer. It advises and keeps count; what reaches a citizen goes through `Desk.reply`.
 */
import type { CaseId } from '../domain/ids.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { CauseId } from '../domain/taxonomy.ts';
import type { Act, Staff } from './desk.ts';

export interface Draft {
  /** Unique within the case. */
  readonly id: string;
  readonly text: string;
  /** Where it comes from, in words: title, publisher, day. */
  readonly source?: string;
  readonly ageDays?: number;
  /** Name of the region whose rules it follows. */
  readonly region?: string;
}

export interface TriageQuestion {
  /** The complaint as it was told, or keywords; masked. */
  readonly text: string;
  readonly region?: RegionCode;
  /** The day whose rules apply; today unless told. */
  readonly asOf?: Day;
}

export interface Triage {
  /** For opening a case from it; held for a day. */
  readonly id: string;
  readonly region?: { readonly code: RegionCode; readonly name: string };
  readonly asOf: Day;
  /** Likeliest first; evidence in words. */
  readonly findings: readonly {
    readonly cause: CauseId;
    readonly title: string;
    readonly p: number;
    readonly because: readonly string[];
    readonly against: readonly string[];
  }[];
  /** What to ask aloud next. */
  readonly ask?: string;
  /** What may be read out. */
  readonly answer?: { readonly text: string; readonly source?: string };
}

export type DraftOutcome = 'sent' | 'edited' | 'ignored';

export type ApprovalResult =
  | { readonly ok: true; readonly isRepeat: boolean }
  /** `own`: the second pair of eyes must be another person's. */
  | { readonly ok: false; readonly reason: 'own' | 'forbidden' | 'unknown' | 'already' };

export interface Advice {
  /** At most three for the latest words of the citizen; none when nothing fits. */
  drafts(id: CaseId): Promise<readonly Draft[]>;
  draft(id: CaseId, draft: string): Promise<Draft | undefined>;
  /** What became of a draft; `sent` is what was sent in its place. */
  useDraft(
    act: Act & { readonly draft: string; readonly outcome: DraftOutcome; readonly sent?: string },
  ): Promise<void>;
  triage(question: TriageQuestion & { readonly by: Staff }): Promise<Triage>;
  /** Undefined when the triage is no longer held. */
  openCase(from: {
    readonly by: Staff;
    readonly key: string;
    readonly triage: string;
  }): Promise<CaseId | undefined>;
  /** Proposes an entry, or the text of a new one, for what could not be answered. */
  proposeEntry(act: Act & { readonly text: string }): Promise<{ readonly proposal: string }>;
  approveEntry(approval: {
    readonly by: Staff;
    readonly key: string;
    readonly proposal: string;
  }): Promise<ApprovalResult>;
}
