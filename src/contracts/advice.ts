/**
 * The seam to the desk's whisperer: what a clerk could say, what a complaint on the telephone may mean,
 * and what nobody could answer. It advises and keeps count; what reaches a citizen goes through `Desk.reply`.
 */
import type { CaseId } from '../domain/ids.ts';
import type { Day, Instant, RegionCode } from '../domain/insurance.ts';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Act, Staff, StaffRef } from './desk.ts';

// === Drafts

export interface Draft {
  /** Unique within the case. */
  readonly id: string;
  readonly text: string;
  /** Where it comes from, in words: title, publisher, day. */
  readonly source?: string;
  /** Since somebody last checked it. */
  readonly ageDays?: number;
  /** Name of the region whose rules it follows. */
  readonly region?: string;
}

export type DraftOutcome = 'sent' | 'edited' | 'ignored';

/** How the drafts of one entry fared. */
export interface DraftFigures {
  /** `faq:<id>`, `canned:<id>`, `cause:<id>`, `ask:<fact>`, `system:<id>.<operation>`. */
  readonly entry: string;
  readonly title: string;
  readonly offered: number;
  readonly sent: number;
  readonly edited: number;
  readonly ignored: number;
  /** Characters changed from the draft to what was sent, over sent and edited ones; absent when there was none. */
  readonly meanDistance?: number;
}

// === Triage

export interface TriageQuestion {
  /**
   * The complaint as it was told, or keywords; masked. What the caller said to the questions that were asked
   * since follows it, each answer after 答： on a line of its own; a line 问：… before it is for the eye only.
   */
  readonly text: string;
  readonly region?: RegionCode;
  /** The day whose rules apply; today unless told. */
  readonly asOf?: Day;
}

export interface TriageFinding {
  readonly cause: CauseId;
  readonly title: string;
  readonly p: number;
  readonly because: readonly string[];
  readonly against: readonly string[];
  /** What to do about it, in words. */
  readonly todo?: string;
}

export interface Triage {
  /** For opening a case from it; held for a day. */
  readonly id: string;
  /** The question as it was understood, masked; with one more answer below it, the next question. */
  readonly text: string;
  readonly region?: { readonly code: RegionCode; readonly name: string };
  readonly asOf: Day;
  readonly symptom?: { readonly id: Symptom; readonly label: string };
  /** Likeliest first; evidence in words. */
  readonly findings: readonly TriageFinding[];
  /** What to ask aloud next. */
  readonly ask?: string;
  /** What may be read out; without a source it is our own advice. */
  readonly answer?: { readonly text: string; readonly source?: string };
}

// === What nobody could answer

export interface Gap {
  /** Stays while its leading sentence does. */
  readonly key: string;
  /** How often its sentences were said. */
  readonly count: number;
  /** Masked words of citizens, oftenest first; at most three. */
  readonly examples: readonly string[];
  /** What it was taken for, likeliest first. */
  readonly guesses: readonly { readonly intent: Intent; readonly label: string; readonly p: number }[];
  /** Those that were handed over without a finding, newest first. */
  readonly cases: readonly { readonly id: CaseId; readonly number: string }[];
  readonly lastAt: Instant;
}

/**
 * What should be known from now on. An `example` says that the sentence belongs to an entry there is; a
 * `draft` is the text of a new one, which is unverified until a curator has given it a source. Neither is
 * told to anybody before it stands in the knowledge folder and has loaded.
 */
export interface Proposal {
  readonly id: string;
  readonly kind: 'example' | 'draft';
  readonly state: 'open' | 'approved';
  readonly intent: Intent;
  /** What the intent is called. */
  readonly label: string;
  /** The words nobody could answer, masked. */
  readonly sentence: string;
  /** Of an example: the entry it was proposed for, when one was named. */
  readonly entry?: string;
  /** Of a draft: the answer as the clerk wrote it. */
  readonly text?: string;
  readonly case?: CaseId;
  readonly by: StaffRef;
  readonly at: Instant;
  readonly approvedBy?: StaffRef;
  readonly approvedAt?: Instant;
}

export type ProposalResult =
  | { readonly ok: true; readonly proposal: Proposal; readonly isRepeat: boolean }
  /** `unknown`: no such case or gap. `empty`: nothing written, or no words to propose it for. */
  | { readonly ok: false; readonly reason: 'forbidden' | 'unknown' | 'empty' | 'too_long' };

export type ApprovalResult =
  | { readonly ok: true; readonly isRepeat: boolean }
  /** `own`: the second pair of eyes must be another person's. `forbidden`: neither curator nor lead. */
  | { readonly ok: false; readonly reason: 'own' | 'forbidden' | 'unknown' | 'already' };

// === The adviser

export interface Advice {
  /** At most three for the latest words of the citizen; none when nothing fits. */
  drafts(id: CaseId): Promise<readonly Draft[]>;
  /** Undefined when it was never offered, or what it rests on was withdrawn or has run out since. */
  draft(id: CaseId, draft: string): Promise<Draft | undefined>;
  /** What became of a draft; `sent` is what was sent in its place. */
  useDraft(
    act: Act & { readonly draft: string; readonly outcome: DraftOutcome; readonly sent?: string },
  ): Promise<void>;
  /** Of drafts offered on these days, both included; the oftenest offered first. All days unless told. */
  draftFigures(period?: { readonly from?: Day; readonly until?: Day }): Promise<readonly DraftFigures[]>;
  triage(question: TriageQuestion & { readonly by: Staff }): Promise<Triage>;
  /**
   * A case nobody can be written to: what is said is said on the telephone or at the counter. Undefined when the
   * triage is no longer held, or the role does not allow it. One triage opens one case.
   */
  openCase(from: {
    readonly by: Staff;
    readonly key: string;
    readonly triage: string;
  }): Promise<CaseId | undefined>;
  /** Oftenest first; of the last season. */
  gaps(limit?: number): Promise<readonly Gap[]>;
  /**
   * Proposes an entry, or the text of a new one, for what could not be answered in a case or stands in a gap. A text
   * that is the id or title of an entry, or the id or name of an intent, means that the words belong there;
   * any other text is a new answer. A first line 例句：… gives the words in a better form.
   */
  proposeEntry(
    about: { readonly by: Staff; readonly key: string; readonly text: string } & (
      | { readonly case: CaseId }
      | { readonly gap: string }
    ),
  ): Promise<ProposalResult>;
  approveEntry(approval: {
    readonly by: Staff;
    readonly key: string;
    readonly proposal: string;
  }): Promise<ApprovalResult>;
  /** Oldest first. */
  proposals(state?: Proposal['state']): Promise<readonly Proposal[]>;
}
