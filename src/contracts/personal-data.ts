/**
 * The seam to what is stored about one person: seeing it, correcting it, withdrawing a consent, destroying it.
 * Whoever calls has made sure that it is this very person who asks.
 */
import type { ChannelId } from '../domain/conversation.ts';
import type { FactId, FactValue } from '../domain/fact.ts';
import type { ConversationId, LinkId, PersonRef, TaskId } from '../domain/ids.ts';
import type { Instant, RegionCode } from '../domain/insurance.ts';
import type { ApplicationRecord, PersonRecord } from './store.ts';

/** How much is stored about a person, by class. Numbers only. */
export interface DataCounts {
  /** Documents and names in the vault. */
  readonly identity: number;
  readonly pledges: number;
  readonly conversations: number;
  /** Words of both sides in those conversations. */
  readonly messages: number;
  readonly applications: number;
  readonly cases: number;
}

// === Consents

/** What a person can agree to here: keeping name and document, and a signed 承诺书. */
export type ConsentPurpose = 'identity' | 'pledge';

export interface GivenConsent {
  readonly person: PersonRef;
  readonly purpose: ConsentPurpose;
  /** Version and SHA-256 of the very words that were shown. */
  readonly version: string;
  readonly digest: string;
  readonly conversation: ConversationId;
}

export interface Consent {
  readonly id: string;
  readonly purpose: ConsentPurpose;
  readonly version: string;
  readonly digest: string;
  readonly givenAt: Instant;
  readonly withdrawnAt?: Instant;
}

// === Everything about one person

export interface StoredTalk {
  readonly conversation: ConversationId;
  readonly channel: ChannelId;
  readonly startedAt: Instant;
  readonly lastAt: Instant;
  readonly region?: RegionCode;
  readonly facts: readonly { readonly fact: FactId; readonly value: FactValue; readonly at?: Instant }[];
  /** Masked words of both sides, oldest first; the newest ones when there are too many. */
  readonly lines: readonly {
    readonly who: 'citizen' | 'bot';
    readonly at: Instant;
    readonly text: string;
  }[];
}

export interface Looked {
  readonly at: Instant;
  /** `assistant`, `clerk` and so on; `by` names the person on duty by id where there was one. */
  readonly actor: string;
  readonly by?: string;
  /** A code such as `task:bind`, or the reason a clerk gave. */
  readonly why: string;
}

export interface StoredData {
  readonly person: PersonRecord;
  readonly since: Instant;
  readonly lastUsedAt: Instant;
  /** How this person wants to be called. */
  readonly salutation?: string;
  readonly consents: readonly Consent[];
  readonly pledges: readonly {
    readonly id: string;
    readonly version: string;
    readonly digest: string;
    readonly signedAt: Instant;
    /** Strokes as an image, or typed; absent once destroyed. */
    readonly signature?: string;
  }[];
  readonly talks: readonly StoredTalk[];
  readonly applications: readonly ApplicationRecord[];
  readonly cases: readonly {
    readonly number: string;
    readonly status: string;
    readonly reason: string;
    readonly openedAt: Instant;
  }[];
  /** Who looked at name and document, newest first; a bounded number. */
  readonly looks: readonly Looked[];
}

// === Destroying

/** Proof of a deletion. Leads to nobody: what it counts is gone. */
export interface Receipt {
  /** Such as SC-1A2B-3C4D. */
  readonly receipt: string;
  readonly at: Instant;
  readonly destroyed: DataCounts & {
    /** Data keys destroyed: also copies of what they sealed can no longer be read. */
    readonly keys: number;
  };
}

/** Who asks for the deletion: a task of the dialogue, or a secure page, whose link it uses up. */
export type ErasedBy =
  | { readonly task: TaskId }
  | { readonly link: LinkId; readonly conversation: ConversationId };

export interface PersonalData {
  dataOf(person: PersonRef): Promise<DataCounts>;
  /** Everything, opened; undefined when nothing is known of the person. Does not note the look: the caller does. */
  everythingOf(person: PersonRef): Promise<StoredData | undefined>;
  giveConsent(given: GivenConsent): Promise<void>;
  /** Ends a signed consent and destroys its strokes. The end of keeping name and document is `eraseData`. */
  withdrawConsent(withdrawn: {
    readonly person: PersonRef;
    readonly id: string;
    readonly conversation: ConversationId;
  }): Promise<'withdrawn' | 'already' | 'unknown'>;
  salutationOf(person: PersonRef): Promise<string | undefined>;
  /** Empty words take it back. Written into the audit without the words. */
  setSalutation(set: {
    readonly person: PersonRef;
    readonly salutation: string;
    readonly conversation: ConversationId;
  }): Promise<void>;
  /**
   * Destroys what identifies the person: the key of their own and with it everything sealed, the rows of the
   * vault, the link to conversations, and the words of those conversations; their state begins anew, but for
   * the frame that waits for the task. What stays are references, numbers and states of applications, and the
   * audit. Safe to repeat: the same receipt again. `busy` when another task of those conversations
   * is still open: nothing is destroyed then.
   */
  eraseData(person: PersonRef, by: ErasedBy): Promise<Receipt | 'busy'>;
  /** Whether a receipt is ours and the audit still says what it says; undefined when there is none of that number. */
  checkReceipt(receipt: string): Promise<(Receipt & { readonly holds: boolean }) | undefined>;
}
