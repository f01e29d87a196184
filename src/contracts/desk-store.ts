/**
 * What the help desk keeps, as rows: the seam between `src/desk`, which decides, and the store, which makes
 * one decision happen once. Times are epoch milliseconds here; `contracts/desk.ts` is what views see.
 */
import type { Case, CaseStatus, ClosedCase } from '../domain/case.ts';
import type { ChannelId, ConversationStatus, StaffEvent } from '../domain/conversation.ts';
import type { CaseId, ConversationId, PersonRef } from '../domain/ids.ts';
import type { RegionCode } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import type {
  Anchor,
  CaseEvent,
  CaseEventKind,
  DeliveryState,
  Priority,
  RatingReason,
  Reveal,
  StaffRef,
} from './desk.ts';

// === Rows

export interface CaseRow {
  readonly record: Case;
  readonly channel: ChannelId;
  readonly floor: ConversationStatus;
  /** Of whoever verified in the conversation. */
  readonly person?: { readonly ref: PersonRef; readonly maskedName: string };
  readonly owner?: StaffRef;
  readonly priority: Priority;
  readonly version: number;
  readonly subject: string;
  readonly openedAt: number;
  readonly waitingSince?: number;
  readonly firstAnswerAt?: number;
  readonly snoozedUntil?: number;
  readonly closedAt?: number;
  readonly goals?: Goals;
  readonly failedReplies: number;
}

/** Absent until the desk has looked at a new case for the first time. `stage` tells what was warned of. */
export interface Goals {
  /** From when they are counted. */
  readonly from: number;
  readonly answerDueAt: number;
  readonly resolveDueAt: number;
  /** Sum of 1 answer soon, 2 answer missed, 4 resolution soon, 8 resolution missed. */
  readonly stage: number;
}

export interface CaseQuery {
  readonly isClosed?: boolean;
  /** An owner's id, or nobody. */
  readonly owner?: { readonly id: string } | 'nobody';
  readonly isSnoozed?: boolean;
  readonly isOverdue?: boolean;
  readonly region?: RegionCode;
  readonly symptom?: Symptom;
  readonly priority?: Priority;
  readonly channel?: ChannelId;
  readonly find?: string;
  readonly openedFrom?: number;
  readonly openedBefore?: number;
  readonly limit: number;
  readonly offset: number;
}

export interface ReplyRow {
  readonly key: string;
  readonly by: StaffRef;
  readonly at: number;
  readonly text: string;
  readonly delivery: DeliveryState;
}

export interface RatingRow {
  readonly case: CaseId;
  readonly at: number;
  readonly isSatisfied: boolean;
  readonly reason?: RatingReason;
  readonly clerk?: StaffRef;
  readonly cause?: CauseId;
  readonly entry?: string;
}

/** What a citizen said of a closed case, as the turn hands it over. */
export interface NewRating {
  readonly case: CaseId;
  readonly isSatisfied: boolean;
  readonly reason?: RatingReason;
  /** The last entry of the knowledge the citizen was shown. */
  readonly entry?: string;
}

// === One change

/** All of it or nothing, and nothing when the case is not as expected or the key was used before. */
export interface CaseChange {
  readonly id: CaseId;
  /** Absent for what the clock does. */
  readonly by?: StaffRef;
  readonly key?: string;
  readonly when: {
    readonly isClosed: boolean;
    /** Undefined: whoever it is. */
    readonly owner?: { readonly id: string } | 'nobody';
    readonly version?: number;
  };
  readonly set: {
    readonly owner?: StaffRef | 'nobody';
    readonly status?: CaseStatus;
    readonly priority?: Priority;
    readonly snoozedUntil?: number | 'awake';
    /** The citizen has had a word of a person; waits no more. */
    readonly isAnswered?: true;
    readonly goals?: Goals | 'anew';
    /** When the clock has to look at it again. */
    readonly wakeAt?: number | 'never';
    readonly failedReplies?: 0;
    readonly closed?: Omit<ClosedCase, 'at'> | 'open';
  };
  readonly events: readonly {
    readonly kind: CaseEventKind;
    readonly data: JsonObject;
    /** Masked. */
    readonly text?: string;
  }[];
  /** Told to the citizen through the mailbox; also settles who has the floor, in the same transaction. */
  readonly tell?: {
    readonly event: StaffEvent;
    readonly text?: string;
    readonly what?: string;
    readonly flow?: string;
    readonly slots?: JsonObject;
    /** Its delivery is to be followed, with these words. */
    readonly followed?: string;
  };
}

export type CaseChanged =
  | { readonly state: 'done' | 'repeat'; readonly version: number }
  /** As it really is. */
  | { readonly state: 'refused'; readonly row: CaseRow }
  | { readonly state: 'unknown' };

// === The queue as a citizen sees it

export interface QueueState {
  /** Somebody works on it already. */
  readonly isOwned: boolean;
  /** Open cases nobody has, that come before this one. */
  readonly ahead: number;
  /** The latest first answers, newest first; a bounded number of the last weeks. */
  readonly firstAnswers: readonly {
    readonly region?: RegionCode;
    readonly openedAt: number;
    readonly answeredAt: number;
  }[];
}

export interface DayFigures {
  readonly openedAt: readonly number[];
  readonly closedAt: readonly number[];
  readonly reopened: number;
  readonly firstAnswers: QueueState['firstAnswers'];
  readonly satisfied: number;
  readonly dissatisfied: number;
}

export interface NowFigures {
  readonly open: number;
  readonly unassigned: number;
  readonly overdue: number;
  readonly snoozed: number;
  readonly failedReplies: number;
  readonly byOwner: readonly { readonly owner: StaffRef; readonly open: number }[];
}

export interface DeskStore {
  caseRow(id: CaseId): Promise<CaseRow | undefined>;
  caseRowByNumber(number: string): Promise<CaseRow | undefined>;
  caseRows(query: CaseQuery): Promise<{ readonly rows: readonly CaseRow[]; readonly total: number }>;
  /** The next case after it in its conversation. */
  caseAfter(id: CaseId): Promise<{ readonly id: CaseId; readonly number: string } | undefined>;
  changeCase(change: CaseChange): Promise<CaseChanged>;
  /** Open cases the clock has to look at, longest due first. */
  dueCases(limit: number): Promise<readonly CaseRow[]>;
  /** Without an id: of somebody who would join the queue now. */
  queueOf(id?: CaseId): Promise<QueueState>;

  caseEvents(id: CaseId, after: number): Promise<readonly CaseEvent[]>;
  eventsAfter(after: number, limit: number): Promise<readonly CaseEvent[]>;
  lastEvent(): Promise<number>;
  /** Rings after every change of a case made through this store. */
  onCaseChange(listener: () => void): () => void;
  viewCursor(view: string): Promise<number>;
  moveViewCursor(view: string, to: number): Promise<void>;
  anchorOf(view: string, id: CaseId): Promise<Anchor | undefined>;
  anchorAt(view: string, place: string): Promise<Anchor | undefined>;
  keepAnchor(anchor: Anchor): Promise<void>;
  /** In one step with remembering it. */
  seenBefore(source: string, id: string): Promise<boolean>;
  forgetSeen(source: string, id: string): Promise<void>;

  staffReplies(id: CaseId): Promise<readonly ReplyRow[]>;
  staffKnown(): Promise<readonly StaffRef[]>;
  ratingsBetween(from: number, before: number): Promise<readonly RatingRow[]>;
  ratingOf(id: CaseId): Promise<RatingRow | undefined>;
  dayFigures(from: number, before: number): Promise<DayFigures>;
  nowFigures(): Promise<NowFigures>;

  /** Writes the look down, in the audit chain of the conversation and as an event of the case, before anything is shown. */
  noteReveal(reveal: {
    readonly id: string;
    readonly person: PersonRef;
    readonly conversation: ConversationId;
    readonly case: CaseId;
    readonly by: StaffRef;
    readonly key: string;
    /** Masked. */
    readonly reason: string;
    readonly expiresAt: number;
  }): Promise<Reveal>;
  revealById(id: string): Promise<Reveal | undefined>;
}
