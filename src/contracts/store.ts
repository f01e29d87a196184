/**
 * The seam to the database. Each method is one short transaction; none is held over understanding,
 * the network or a person's thinking. What a method says is committed when its promise resolves.
 * The store enqueues the jobs its rows call for, in the same transaction.
 *
 * Everything personal lives in the vault; the other tables hold references and masked words.
 */
import type { Case } from '../domain/case.ts';
import type {
  Address,
  Conversation,
  Inbound,
  InboundContent,
  Outbound,
  OutboundPart,
  SecurePurpose,
  Slots,
  TaskOutcome,
} from '../domain/conversation.ts';
import type { CaseId, ConversationId, LinkId, PersonRef, TaskId } from '../domain/ids.ts';
import type {
  ApplicationKind,
  ApplicationState,
  Day,
  DocumentType,
  Instant,
  RegionCode,
  Relation,
} from '../domain/insurance.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { CauseId, Intent } from '../domain/taxonomy.ts';
import type { Action, Scored } from '../domain/understanding.ts';
import type { AdviceStore } from './advice-store.ts';
import type { ChannelLedger } from './channel-ledger.ts';
import type { ChannelsServed } from './channels-served.ts';
import type { DeskArchive } from './desk-archive.ts';
import type { DeskSessions } from './desk-sessions.ts';
import type { DeskStore, NewRating } from './desk-store.ts';
import type { Erasures } from './erasures.ts';
import type { Figures } from './figures.ts';
import type { Installations } from './installations.ts';
import type { KeyStore } from './keys.ts';
import type { PersonalData } from './personal-data.ts';
import type { Recent } from './recent.ts';
import type { Retention } from './retention.ts';
import type { StaffInbox } from './staff-inbox.ts';
import type { StatisticsStore, TurnFigures } from './statistics.ts';
import type { Undelivered } from './undelivered.ts';
import type { WebSessions } from './web-sessions.ts';

// === Mailbox and turns

export interface InboxItem {
  readonly seq: number;
  readonly content: InboundContent;
  readonly receivedAt: Instant;
  readonly attempts: number;
}

export interface Due {
  readonly conversation: Conversation;
  readonly items: readonly InboxItem[];
  /** The batch was full: there may be more behind it. */
  readonly more: boolean;
}

export interface NewTask {
  readonly id: TaskId;
  readonly name: string;
  readonly input: JsonObject;
}

export interface NewLink {
  readonly id: LinkId;
  /** SHA-256 of the secret in the address; the secret itself is never stored. */
  readonly tokenDigest: string;
  readonly purpose: SecurePurpose;
  readonly context: JsonObject;
  readonly expiresAt: number;
}

export interface NewTimer {
  readonly name: string;
  readonly dueAt: number;
  readonly params: JsonObject;
}

/** Everything one turn changes. Committed whole or not at all. */
export interface TurnCommit {
  /** The state after the turn; its `version` is the one loaded plus one. */
  readonly conversation: Conversation;
  /** Inbox items this turn has dealt with, oldest first. */
  readonly seqs: readonly number[];
  readonly log: TurnLog;
  readonly replies: readonly OutboundPart[];
  readonly tasks: readonly NewTask[];
  readonly links: readonly NewLink[];
  readonly timers: readonly NewTimer[];
  readonly cases: readonly Case[];
  /** What the citizen thought of closed cases. */
  readonly ratings?: readonly NewRating[];
  /** The words of this turn, when what they mean was not sure: kept for people who improve the examples. */
  readonly uncertain?: UncertainWords;
}

/** What the turn log keeps: ids and codes for people who look into a conversation later. */
export interface TurnLog {
  readonly events: readonly string[];
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly effects: readonly string[];
  readonly understanding: Json;
  readonly costMs: number;
  readonly knowledge: string;
  /** For counting; absent in logs of the time before. */
  readonly figures?: TurnFigures;
}

export interface Mailbox {
  /** Writes an inbound down, finds or makes its conversation, gives it the next number of that conversation. */
  receive(inbound: Inbound): Promise<'stored' | 'duplicate'>;
  /** As `receive`, for what comes from inside and knows the conversation. */
  receiveFor(
    conversation: ConversationId,
    messageId: string,
    content: InboundContent,
  ): Promise<'stored' | 'duplicate'>;
  /** The conversation and its undone inbox items, oldest first; undefined when there is nothing to do. */
  due(conversation: ConversationId): Promise<Due | undefined>;
  conversation(id: ConversationId): Promise<Conversation | undefined>;
  conversationAt(address: Address): Promise<Conversation | undefined>;
  /** `stale` when another turn was committed since the conversation was loaded: load again and retry. */
  commitTurn(commit: TurnCommit): Promise<'committed' | 'stale'>;
  /** Counts a failed attempt. `dead` from the fifth on: the item is set aside and will not be tried again. */
  failItem(conversation: ConversationId, seq: number, code: string): Promise<'retry' | 'dead'>;
}

// === Outbox

export interface OutboxItem {
  readonly outbound: Outbound;
  readonly attempts: number;
}

export interface HistoryLine {
  /** Grows within the conversation; what a reader resumes from. */
  readonly position: number;
  readonly who: 'citizen' | 'bot';
  readonly at: Instant;
  /** Masked words of the citizen, or the part that was said. */
  readonly part: OutboundPart;
}

export interface Outbox {
  /** Undelivered parts of one conversation in order, first those due. */
  duePartsOf(conversation: ConversationId): Promise<readonly OutboxItem[]>;
  /** Parts of one conversation, all or none. */
  markSent(...keys: readonly string[]): Promise<void>;
  /** Another try at `dueAt`; without it the part is dead. */
  markFailed(key: string, code: string, dueAt?: number): Promise<void>;
  /** Waits for the citizen's next word. */
  park(key: string, code?: string): Promise<void>;
  /** Words of both sides after a position, oldest first. What was said is shown whether delivered or not. */
  history(conversation: ConversationId, after: number, limit: number): Promise<readonly HistoryLine[]>;
}

// === Tasks

export interface TaskRow {
  readonly id: TaskId;
  readonly conversation: ConversationId;
  readonly name: string;
  readonly input: JsonObject;
  readonly attempts: number;
}

export type CallState = 'prepared' | 'done' | 'unknown';
export interface CallRow {
  readonly key: string;
  readonly state: CallState;
  readonly response?: Json;
}

export interface ApplicationRecord {
  readonly applicationNo: string;
  readonly task: TaskId;
  readonly conversation: ConversationId;
  readonly kind: ApplicationKind;
  readonly payer: PersonRef;
  readonly dependent?: PersonRef;
  readonly relation?: Relation;
  readonly region?: RegionCode;
  readonly state: ApplicationState;
  readonly reason?: string;
  readonly submittedAt: Instant;
  readonly updatedAt: Instant;
}

export interface Tasks {
  /** Undefined when it is settled or unknown. */
  openTask(id: TaskId): Promise<TaskRow | undefined>;
  /** Writes the call down before it is made; returns the row that is already there when it was prepared before. */
  prepareCall(task: TaskId, key: string, service: string): Promise<CallRow>;
  finishCall(key: string, response: Json): Promise<void>;
  markCallUnknown(key: string): Promise<void>;
  retryTask(id: TaskId, code: string, dueAt: number): Promise<void>;
  /** Ends the task and puts `task.settled` into the mailbox of its conversation, with the applications it made or changed. */
  settleTask(
    id: TaskId,
    settled: {
      readonly outcome: TaskOutcome;
      readonly result: JsonObject;
      readonly applications: readonly ApplicationRecord[];
    },
  ): Promise<void>;
  applicationsOf(person: PersonRef): Promise<readonly ApplicationRecord[]>;
  applicationByNo(applicationNo: string): Promise<ApplicationRecord | undefined>;
}

// === Persons

export interface PersonRecord {
  readonly ref: PersonRef;
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
}

export interface RevealReason {
  readonly conversation: ConversationId;
  /** A code such as `task:bind`. */
  readonly purpose: string;
}

/** All personal data, encrypted; everybody else holds a reference. */
export interface Vault {
  /**
   * The same document and name give the same reference. Another name for the document is another
   * reference: what somebody types of a relative must not change what that relative has proved.
   */
  remember(person: Omit<PersonRecord, 'ref'>): Promise<PersonRef>;
  /**
   * With a reason the look stands in the audit chain of that conversation: whoever passes name and number on
   * gives one. Without it nothing but a masked name may leave the caller.
   */
  reveal(ref: PersonRef, why?: RevealReason): Promise<PersonRecord | undefined>;
  /** By the office's digest of a document, see `domain/masking.ts`; whoever proved it goes first. */
  byDigest(digest: string): Promise<PersonRef | undefined>;
  /** Conversations in which this person has verified, newest first. */
  conversationsOf(ref: PersonRef): Promise<readonly ConversationId[]>;
  /** Keeps what was signed: version and digest of the text shown, the strokes as an image, when. */
  keepPledge(pledge: {
    readonly person: PersonRef;
    readonly version: string;
    readonly digest: string;
    readonly signature: string;
    readonly signedAt: Instant;
    /** Where it was signed: with it the signature is a consent that stands in the audit, and can be withdrawn. */
    readonly conversation?: ConversationId;
  }): Promise<void>;
}

// === Secure links

export interface LinkRow {
  readonly id: LinkId;
  readonly conversation: ConversationId;
  readonly purpose: SecurePurpose;
  readonly context: JsonObject;
  readonly expiresAt: number;
  readonly usedAt?: number;
}

export interface Links {
  linkByDigest(tokenDigest: string): Promise<LinkRow | undefined>;
  /**
   * Uses the link up and puts `secure.done` into the mailbox, both or neither. `used` when somebody
   * was faster or the button was pressed twice; `lapsed` after its time.
   */
  completeLink(tokenDigest: string, slots: Slots): Promise<'completed' | 'used' | 'lapsed' | 'unknown'>;
  /**
   * Keeps a page to the browser that opened it first, for pages that show what is stored. `taken` when the
   * link was claimed with another secret.
   */
  claimLink(tokenDigest: string, secretDigest: string): Promise<'claimed' | 'taken'>;
}

// === The rest

export interface Cases {
  casesOf(conversation: ConversationId): Promise<readonly Case[]>;
  caseById(id: CaseId): Promise<Case | undefined>;
  /**
   * Closes a case for good and writes who did it into the audit chain of its conversation. The true cause
   * is what priors are estimated from (`gongji priors estimate`). `already` when it was closed before:
   * the first closing stays.
   */
  closeCase(
    id: CaseId,
    closing: { readonly by: string; readonly trueCause?: CauseId; readonly note?: string },
  ): Promise<'closed' | 'already' | 'unknown'>;
  /** Closed cases whose complaint and true cause are known, oldest first. */
  solvedCases(): Promise<readonly Case[]>;
  /** Consecutive number of a day, for case numbers such as 261124-0007. */
  nextCaseNumber(day: Day): Promise<string>;
}

export interface OfficeFeed {
  cursor(portal: string): Promise<number>;
  /** Moves the cursor and delivers what the changes mean, in one transaction. */
  recordChanges(
    portal: string,
    cursor: number,
    effects: {
      readonly messages: readonly {
        conversation: ConversationId;
        messageId: string;
        content: InboundContent;
      }[];
      readonly applications: readonly { applicationNo: string; state: ApplicationState; reason?: string }[];
    },
  ): Promise<void>;
}

// === What must not be said any more

/** `faq`, `canned` and `cause` by their ids; `rule` as `<region>/<rule id>`, ways as `<region>/entry.<operation>`. */
export type WithdrawalKind = 'faq' | 'cause' | 'rule' | 'canned';

export interface Withdrawal {
  readonly id: string;
  readonly kind: WithdrawalKind;
  /** In words, for colleagues; never shown to citizens. */
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

/** Out of use in every process that shares the store; each process asks for the list every few seconds. */
export interface Withdrawals {
  /** Also silences what lies in the outbox. Written into the audit chain, as is restoring. */
  withdraw(withdrawal: Omit<Withdrawal, 'at'>): Promise<'withdrawn' | 'already'>;
  restore(restored: { readonly id: string; readonly by: string }): Promise<'restored' | 'not_withdrawn'>;
  /** Those in force, oldest first. */
  withdrawn(): Promise<readonly Withdrawal[]>;
  /** Writes into the same chain that citizens are now answered from this version; nothing when they were before. */
  noteKnowledge(version: string): Promise<void>;
}

// === What was not understood for sure

/** One sentence a turn was unsure of. Nothing in it leads back to the conversation. */
export interface UncertainWords {
  /** Masked and normalised; the store keeps the beginning of very long ones. */
  readonly text: string;
  readonly action: Action;
  /** Likeliest first. */
  readonly alternatives: readonly Scored<Intent>[];
  /** Version of the knowledge that was unsure. */
  readonly knowledge: string;
  readonly region?: RegionCode;
}

/** The same words said by several people, in the form of the last time. */
export interface ReviewItem extends UncertainWords {
  readonly count: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

export interface ReviewItems {
  /** Oftenest said first; a bounded number, none older than a season. */
  reviewItems(): Promise<readonly ReviewItem[]>;
}

export interface Store
  extends Mailbox,
    Outbox,
    Tasks,
    Vault,
    PersonalData,
    Erasures,
    KeyStore,
    Retention,
    Links,
    Cases,
    DeskStore,
    DeskSessions,
    Installations,
    AdviceStore,
    DeskArchive,
    ChannelLedger,
    ChannelsServed,
    Undelivered,
    OfficeFeed,
    Withdrawals,
    ReviewItems,
    StaffInbox,
    WebSessions,
    Figures,
    Recent,
    StatisticsStore {
  /** One line about engine, file and durability, for the start-up message and health. */
  describe(): string;
  close(): Promise<void>;
}
