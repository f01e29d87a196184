/**
 * The seam to the help desk: what a view of it (Slack, the web desk, the command line) is handed.
 *
 * The database is the record; a view shows it and may be thrown away. A view therefore
 *   1. reads `changes(after)` from its own cursor, whenever `onChange` rings and every few seconds besides
 *      (another process may have made the change);
 *   2. draws each case that changed anew from `caseView`, at the place kept in its anchor;
 *   3. moves its cursor. Drawing twice is harmless, so a crash between 2 and 3 is too.
 *
 * Every act names who does it and carries a `key` of the view's own making (the id of the press or of the
 * submitted form): the same key again changes nothing and gives the first answer again. Acts refused are
 * values, never exceptions. Texts are masked before they are stored; no view is ever handed a name or a
 * number of a citizen except by `reveal`.
 */
import type { CaseStatus } from '../domain/case.ts';
import type { ChannelId } from '../domain/conversation.ts';
import type { Evidence, Remedy } from '../domain/fact.ts';
import type { CaseId, ConversationId, PersonRef } from '../domain/ids.ts';
import type { ApplicationKind, ApplicationState, Day, Instant, RegionCode } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import type { PersonRecord } from './store.ts';

// === Staff

/**
 * `clerk` works on cases; `lead` may besides take over, release and close the cases of others; `curator`
 * works on knowledge; `auditor` only looks. Whoever has neither clerk nor lead changes nothing.
 */
export type StaffRole = 'clerk' | 'curator' | 'lead' | 'auditor';

/** Who acts, as the view knows them after its own login. `id` is stable and no name: `slack:U123`, `oidc:…`, `cli:li`. */
export interface Staff {
  readonly id: string;
  readonly displayName: string;
  readonly roles: readonly StaffRole[];
}

export type StaffRef = Pick<Staff, 'id' | 'displayName'>;

/**
 * The channel of cases that staff opened themselves, for somebody on the telephone or at the counter. Nobody
 * can be written to there: `reply`, `askFor` and `startAct` are refused, and what is said is said aloud.
 */
export const STAFF_CHANNEL = 'slack' as const satisfies ChannelId;

// === Cases in lists

export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Who has the floor: the bot, nobody yet (the bot goes on helping), or the clerk. The same as the status of the conversation. */
export type Floor = 'bot' | 'queue' | 'clerk' | 'nobody';

export interface Goal {
  readonly goal: 'first_answer' | 'resolution';
  readonly dueAt: Instant;
  /** `soon` from the warning on, which comes before the time is over. */
  readonly state: 'on_time' | 'soon' | 'late';
  /** Of working time; below zero when late. */
  readonly minutesLeft: number;
}

export interface CaseHead {
  readonly id: CaseId;
  /** Short number a citizen can read out. */
  readonly number: string;
  /** Grows with every change of the case. */
  readonly version: number;
  readonly conversation: ConversationId;
  readonly channel: ChannelId;
  readonly status: CaseStatus;
  readonly floor: Floor;
  readonly owner?: StaffRef;
  readonly priority: Priority;
  /** `张*` once verified, otherwise a short name made of the case number. */
  readonly citizen: string;
  readonly region?: { readonly code: RegionCode; readonly name: string };
  readonly symptom?: { readonly id: Symptom; readonly label: string };
  /** Code of why a person was wanted, and its words. */
  readonly reason: { readonly id: string; readonly label: string };
  /** The last thing the citizen said before a person was wanted, masked and shortened. */
  readonly subject: string;
  readonly openedAt: Instant;
  /** Since when the citizen waits for a word of a person; absent when the last word was ours. */
  readonly waitingSince?: Instant;
  readonly firstAnswerAt?: Instant;
  readonly snoozedUntil?: Instant;
  readonly closedAt?: Instant;
  /** The goal that is due next; absent when closed. */
  readonly goal?: Goal;
  /** A reply that did not reach the citizen and that nobody has looked at yet. */
  readonly hasFailedReply: boolean;
}

export interface CaseFilter {
  /** `queue` and `unassigned` differ by snoozed cases, which are in `unassigned` only. */
  readonly show: 'queue' | 'mine' | 'unassigned' | 'overdue' | 'open' | 'closed' | 'all';
  /** Needed for `mine`; narrows the others to cases of this owner. */
  readonly owner?: string;
  /** This region and those below it. */
  readonly region?: RegionCode;
  readonly symptom?: Symptom;
  readonly priority?: Priority;
  readonly channel?: ChannelId;
  /** The beginning of a case number, or words of the subject. */
  readonly find?: string;
  readonly openedFrom?: Day;
  /** Included. */
  readonly openedUntil?: Day;
}

export interface Paging {
  /** At most 100; 20 unless told. */
  readonly limit?: number;
  /** What `next` of the page before said. */
  readonly after?: string;
}

export interface CasePage {
  /** Open ones by urgency (priority, then whose time is over first); closed ones newest first. */
  readonly cases: readonly CaseHead[];
  readonly total: number;
  readonly next?: string;
}

// === One case

export interface FindingLine {
  readonly cause: CauseId;
  readonly title: string;
  /** 0 to 1. */
  readonly p: number;
  readonly because: readonly EvidenceLine[];
  readonly against: readonly EvidenceLine[];
  readonly remedy: Remedy;
}

export interface EvidenceLine extends Evidence {
  /** 余额：0 元（查到的）. */
  readonly label: string;
}

export interface ApplicationLine {
  readonly applicationNo: string;
  readonly kind: ApplicationKind;
  readonly state: ApplicationState;
  readonly label: string;
  readonly reason?: string;
  readonly updatedAt: Instant;
}

/**
 * What became of a reply. `queued`: stored, the conversation has not taken it up yet. `sending`: in the
 * outbox, being tried. `waits_for_citizen`: the channel lets us speak only after the citizen's next word.
 * `failed`: given up after the last try or refused by the channel; `code` says why.
 */
export interface DeliveryState {
  readonly state: 'queued' | 'sending' | 'sent' | 'waits_for_citizen' | 'failed';
  readonly at: Instant;
  readonly code?: string;
}

export interface StaffReply {
  /** The key of the act that wrote it. */
  readonly key: string;
  readonly by: StaffRef;
  readonly at: Instant;
  readonly text: string;
  readonly delivery: DeliveryState;
}

export interface TalkLine {
  readonly who: 'citizen' | 'bot' | 'staff';
  readonly text: string;
  readonly at: Instant;
  /** Line of the conversation; absent for lines of the time before the case. */
  readonly position?: number;
}

export const ASKABLE = ['region', 'relation', 'material', 'verification'] as const;
export type Askable = (typeof ASKABLE)[number];

export interface NextAct {
  readonly act:
    | 'claim'
    | 'look_into_delivery'
    | 'ask_for'
    | 'start_act'
    | 'reply'
    | 'wait_for_citizen'
    | 'close'
    | 'nothing';
  /** Why, in words. */
  readonly because: string;
  readonly what?: Askable;
  readonly flow?: string;
  readonly cause?: CauseId;
}

/** The card of a case: everything a clerk should see before the first word, masked. */
export interface CaseView extends CaseHead {
  readonly isVerified: boolean;
  /** The last words of the citizen, oldest first. */
  readonly asked: readonly string[];
  /** Likeliest first. */
  readonly findings: readonly FindingLine[];
  /** What the bot has done so far, in words, oldest first. */
  readonly tried: readonly string[];
  readonly applications: readonly ApplicationLine[];
  /** Minutes of working time since the citizen began to wait; absent when nobody waits. */
  readonly waitingMinutes?: number;
  readonly goals: readonly Goal[];
  readonly next: NextAct;
  /** Acts a citizen can be offered to confirm, likeliest remedy first. */
  readonly acts: readonly { readonly flow: string; readonly label: string }[];
  readonly replies: readonly StaffReply[];
  readonly talk: readonly TalkLine[];
  readonly events: readonly CaseEvent[];
  readonly closing?: {
    readonly by: StaffRef;
    readonly at: Instant;
    readonly trueCause?: { readonly id: CauseId; readonly title: string };
    readonly note?: string;
  };
  readonly rating?: Rating;
  /** An earlier case of the same conversation, and a later one. */
  readonly previous?: { readonly id: CaseId; readonly number: string };
  readonly following?: { readonly id: CaseId; readonly number: string };
}

// === Events

export const CASE_EVENTS = [
  'opened',
  'claimed',
  'released',
  'transferred',
  'citizen_wrote',
  'replied',
  'reply_sent',
  'reply_waits',
  /** Loud: a view shows it where it cannot be overlooked. */
  'reply_failed',
  'noted',
  'asked_for',
  'dry_run',
  'act_offered',
  'act_settled',
  'application_changed',
  'given_back',
  'snoozed',
  'woke',
  'priority_set',
  'goal_soon',
  'goal_missed',
  'escalated',
  'revealed',
  'closed',
  'reopened',
  'rated',
] as const;
export type CaseEventKind = (typeof CASE_EVENTS)[number];

export interface CaseEvent {
  /** Grows over all cases, without ever showing a smaller number later: what a cursor holds. */
  readonly n: number;
  readonly case: CaseId;
  readonly kind: CaseEventKind;
  readonly at: Instant;
  /** Absent when nobody of the staff did it. */
  readonly by?: StaffRef;
  /** Codes and numbers only. */
  readonly data: JsonObject;
  /** Masked words: of a reply, a note, the citizen. Gone when the citizen has had everything deleted. */
  readonly text?: string;
}

// === Acts

export interface Act {
  readonly by: Staff;
  readonly case: CaseId;
  /** Unique for this press or form: doing it again changes nothing. At most 200 characters. */
  readonly key: string;
}

export type Refusal =
  | { readonly ok: false; readonly reason: 'unknown_case' }
  /** Somebody was faster, or it belongs to somebody else. */
  | { readonly ok: false; readonly reason: 'owned'; readonly owner: StaffRef }
  /** To be claimed first. */
  | { readonly ok: false; readonly reason: 'unclaimed' }
  | { readonly ok: false; readonly reason: 'closed' }
  | { readonly ok: false; readonly reason: 'not_closed' }
  /** Staff opened it for somebody who cannot be written to. */
  | { readonly ok: false; readonly reason: 'no_conversation' }
  /** The role does not allow it. */
  | { readonly ok: false; readonly reason: 'forbidden' }
  /** Empty, too long, a time in the past, an unknown cause or flow: `field` says which. */
  | { readonly ok: false; readonly reason: 'bad_input'; readonly field: string };

export type Done = {
  readonly ok: true;
  readonly version: number;
  /** The key was used before: nothing was done again. */
  readonly isRepeat: boolean;
};
export type ActResult = Done | Refusal;

export interface RehearsalLine {
  readonly step: string;
  readonly label: string;
  readonly isPossible: boolean;
}

/** What an act would come to if it were begun now; nothing is done. */
export type Rehearsal =
  | { readonly ok: true; readonly isPossible: boolean; readonly lines: readonly RehearsalLine[] }
  | Refusal;

export const RATING_REASONS = ['not_solved', 'too_slow', 'unclear', 'unkind', 'other'] as const;
export type RatingReason = (typeof RATING_REASONS)[number];

export interface Rating {
  readonly case: CaseId;
  readonly at: Instant;
  readonly isSatisfied: boolean;
  /** The second tap, when there was one. */
  readonly reason?: RatingReason;
  /** Who closed the case, what it truly was, and the last knowledge entry the citizen was shown. */
  readonly clerk?: StaffRef;
  readonly cause?: CauseId;
  readonly entry?: string;
}

// === Personal data

/** One look at the data of a person by staff. */
export interface Reveal {
  readonly id: string;
  readonly person: PersonRef;
  readonly case: CaseId;
  readonly by: StaffRef;
  readonly reason: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
}

export type RevealResult =
  | { readonly ok: true; readonly reveal: Reveal; readonly record: PersonRecord }
  /** The citizen has not proved who they are, or has had everything deleted. */
  | { readonly ok: false; readonly reason: 'nobody' }
  /** To be asked for anew, with a reason. */
  | { readonly ok: false; readonly reason: 'lapsed' }
  | Refusal;

// === Views

/** Where a view shows a case; what `place` means is the view's own, for Slack `C0123/1732500000.000100`. */
export interface Anchor {
  readonly case: CaseId;
  readonly view: string;
  readonly place: string;
}

export interface DeskStats {
  readonly day: Day;
  readonly opened: number;
  readonly closed: number;
  readonly reopened: number;
  /** Now. */
  readonly open: number;
  readonly unassigned: number;
  readonly overdue: number;
  readonly snoozed: number;
  readonly failedReplies: number;
  /** Of the cases first answered on this day, in working minutes; absent when there was none. */
  readonly firstAnswerMinutes?: { readonly median: number; readonly p90: number; readonly samples: number };
  readonly satisfied: number;
  readonly dissatisfied: number;
  /** Drafts whispered on this day, and what has become of them; by entry in `Advice.draftFigures`. */
  readonly drafts?: {
    readonly offered: number;
    readonly sent: number;
    readonly edited: number;
    readonly ignored: number;
  };
  /** Opened and closed per hour of the day by the office's clock, 24 figures each. */
  readonly byHour: { readonly opened: readonly number[]; readonly closed: readonly number[] };
  /** Open cases of each owner, most first. */
  readonly byOwner: readonly { readonly owner: StaffRef; readonly open: number }[];
}

// === The desk

/** Looking, open to every role. */
export interface DeskViews {
  list(filter: CaseFilter, paging?: Paging): Promise<CasePage>;
  caseView(id: CaseId): Promise<CaseView | undefined>;
  /** By id or by the number a citizen reads out. */
  find(idOrNumber: string): Promise<CaseHead | undefined>;
  /** Events of one case after a number, oldest first; all when no number is given. */
  eventsOf(id: CaseId, after?: number): Promise<readonly CaseEvent[]>;
  statsOf(day?: Day): Promise<DeskStats>;
  /** Newest first. */
  ratings(paging?: { readonly from?: Day; readonly until?: Day }): Promise<readonly Rating[]>;
  /** Staff who have ever acted, for choosing whom to transfer to. */
  staff(): Promise<readonly StaffRef[]>;
  /** What is known of causes, for the form of closing: likeliest for this case first. */
  causes(id: CaseId): Promise<readonly { readonly id: CauseId; readonly title: string }[]>;
}

/** What staff do. */
export interface DeskActs {
  /**
   * Takes a case out of the queue, and the floor from the bot. Of any number at the same moment one wins;
   * the others are told who. Again by the owner: takes the floor back after `startAct`. A lead may take
   * a case from its owner by `transfer`, never by a claim.
   */
  claim(act: Act): Promise<ActResult>;
  /** Back into the queue, at its old place; the bot goes on helping meanwhile. */
  release(act: Act): Promise<ActResult>;
  transfer(act: Act & { readonly to: StaffRef; readonly note?: string }): Promise<ActResult>;
  /** The only way words of staff reach the citizen. By the owner; a lead may reply in any case. At most 1,500 characters. */
  reply(act: Act & { readonly text: string }): Promise<ActResult>;
  /** Stays inside. */
  note(act: Act & { readonly text: string }): Promise<ActResult>;
  /** Puts a ready question to the citizen; `material` takes what is needed in words. */
  askFor(act: Act & { readonly what: Askable; readonly detail?: string }): Promise<ActResult>;
  /** What the act would come to, by what is known now. Written into the case, done nowhere. */
  dryRun(act: Act & { readonly flow: string; readonly slots?: JsonObject }): Promise<Rehearsal>;
  /**
   * Begins the act in the citizen's chat, prefilled, for the citizen to confirm there: staff never act for
   * somebody. The bot has the floor until the owner claims it back; the case stays with its owner.
   */
  startAct(act: Act & { readonly flow: string; readonly slots?: JsonObject }): Promise<ActResult>;
  /** The bot goes on at the very step where it was; the case is closed without a cause when `isSolved`, else waits in the owner's list. */
  giveBack(act: Act & { readonly isSolved?: true }): Promise<ActResult>;
  snooze(act: Act & { readonly until: Instant }): Promise<ActResult>;
  setPriority(act: Act & { readonly priority: Priority }): Promise<ActResult>;
  /** Asks the citizen how it was. `trueCause` teaches the diagnosis; without one nobody found out. */
  close(act: Act & { readonly trueCause?: CauseId; readonly note?: string }): Promise<ActResult>;
  /** Into the hands of whoever reopens it. */
  reopen(act: Act & { readonly note?: string }): Promise<ActResult>;
  /** Says that a failed reply was looked at; views stop shouting. */
  acknowledge(act: Act): Promise<ActResult>;
  /** Name and number of the citizen who verified in this conversation. Needs a reason, lapses, is in the audit chain and in the citizen's own record. */
  reveal(act: Act & { readonly reason: string }): Promise<RevealResult>;
  /** Once more while it holds, for whoever asked. */
  revealed(by: Staff, revealId: string): Promise<RevealResult>;
}

/** What a view needs to keep itself right. */
export interface DeskFeed {
  /** Oldest first; at most `limit` (200 unless told). */
  changes(after: number, limit?: number): Promise<readonly CaseEvent[]>;
  /** Rings after a change made in this process. Gives back what ends it. */
  onChange(listener: () => void): () => void;
  /** The number of the last event there is. */
  latest(): Promise<number>;
  /** 0 for a view that has never been. */
  cursor(view: string): Promise<number>;
  /** Never backwards, except to 0: then everything is drawn anew. */
  moveCursor(view: string, to: number): Promise<void>;
  anchor(view: string, id: CaseId): Promise<Anchor | undefined>;
  /** Which case a place shows. */
  anchored(view: string, place: string): Promise<Anchor | undefined>;
  setAnchor(anchor: Anchor): Promise<void>;
  /**
   * Whether this was said before, in one step with remembering it; held for at least ten minutes after
   * (Slack repeats an event up to five minutes later, and a restart may lie between).
   */
  seenBefore(source: string, id: string): Promise<boolean>;
  /** As if it had never been said: for a handler that failed and wants to be told again. */
  forget(source: string, id: string): Promise<void>;
}

export interface Desk extends DeskViews, DeskActs, DeskFeed {
  /** Does what is due by the clock: goals, warnings, escalations, snoozed cases. Called by the house; safe to call at any time and by several processes. */
  sweep(): Promise<void>;
}
