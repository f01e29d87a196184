/**
 * The words of the dialogue. A conversation is one thread of talk between one channel user and us;
 * what it is doing is its stack of frames, the top one being the flow that listens.
 */
import type { FactId, FactValue } from './fact.ts';
import type { CaseId, ConversationId, LinkId, PersonRef, TaskId } from './ids.ts';
import type { Instant, RegionCode } from './insurance.ts';
import type { Json, JsonObject } from './json.ts';
import type { Intent, Symptom } from './taxonomy.ts';
import type { Entity, Scored } from './understanding.ts';

export type ChannelId = 'web' | 'console' | 'wechat-oa' | 'wecom-kf' | 'wechaty' | 'slack' | 'converse';

/** Who writes to us, as the channel names them. */
export interface Address {
  readonly channel: ChannelId;
  /** Our account on that channel, when there are several. */
  readonly account: string;
  /** The channel's id of the citizen or of the thread. */
  readonly user: string;
}

// === Messages

export type InboundContent =
  | { readonly kind: 'text'; readonly text: string; readonly masked: readonly MaskedKind[] }
  | { readonly kind: 'choice'; readonly value: string }
  /** The page was opened or the account was followed: greet. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'unsupported'; readonly what: string }
  /** A secure page was completed; carries references and masked words only. */
  | {
      readonly kind: 'secure.done';
      readonly link: LinkId;
      readonly purpose: SecurePurpose;
      readonly slots: Slots;
    }
  | {
      readonly kind: 'task.settled';
      readonly task: TaskId;
      readonly name: string;
      readonly outcome: TaskOutcome;
      readonly result: JsonObject;
    }
  /** The office did something by itself: approved, rejected, ended, invited. */
  | { readonly kind: 'office'; readonly event: string; readonly params: JsonObject }
  | {
      readonly kind: 'staff';
      readonly event: StaffEvent;
      readonly case?: CaseId;
      /** Of a reply, a question, or an act offered: what its delivery is followed by. */
      readonly reply?: string;
      /** Masked words of staff. */
      readonly text?: string;
      /** What is asked for: region, relation, material, verification. */
      readonly what?: string;
      /** The act offered, and what it is begun with. */
      readonly flow?: string;
      readonly slots?: Slots;
    }
  | { readonly kind: 'timer'; readonly name: string; readonly params: JsonObject };

/** What staff of the help desk did that the citizen is told of. */
export type StaffEvent =
  | 'claimed'
  | 'released'
  | 'replied'
  | 'asked'
  | 'act_offered'
  | 'given_back'
  | 'closed'
  | 'reopened';

export type MaskedKind = 'id_number' | 'card_number' | 'phone';

/** `messageId` is unique within channel and account; redeliveries carry the same one. */
export interface Inbound {
  readonly address: Address;
  readonly messageId: string;
  readonly receivedAt: Instant;
  readonly content: InboundContent;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Citation {
  readonly title: string;
  readonly publisher: string;
  /** Day of the document, or of the last check when it bears none. */
  readonly date: string;
  readonly grade: string;
  readonly url?: string;
}

/** What is to be said, by id; the words are in `knowledge/replies`. */
export interface Reply {
  readonly id: string;
  readonly params: JsonObject;
}

/** One rendered message to the citizen. */
export interface OutboundPart {
  readonly id: string;
  readonly params: JsonObject;
  readonly text: string;
  readonly choices?: readonly Choice[];
  readonly secure?: { readonly purpose: SecurePurpose; readonly url?: string };
  readonly sources?: readonly Citation[];
}

export interface Outbound {
  /** Unique: conversation, inbox sequence, index. Channels that can, dedupe by it. */
  readonly key: string;
  readonly conversation: ConversationId;
  readonly address: Address;
  readonly part: OutboundPart;
}

// === State

export type ConversationStatus = 'bot' | 'waiting' | 'human' | 'closed';
export type Slots = { readonly [slot: string]: Json };

/**
 * A running flow. `saved` is the persisted XState snapshot. `slots` holds what the citizen gave, in
 * the order of `given`: a flow can always be begun again from its slots, which is how a correction,
 * a step back and a new version of the flow work.
 */
export interface Frame {
  readonly flow: string;
  readonly version: number;
  readonly saved: Json;
  readonly slots: Slots;
  readonly given: readonly string[];
  /** The task whose result the frame waits for. */
  readonly task?: TaskId;
  /** Begun by the frame below, which waits for its end; otherwise the frame below was merely left for a while. */
  readonly child: boolean;
}

/** The question the citizen is looking at. */
export interface Asking {
  readonly slot: string;
  /** Reply id of the prompt; `<id>.again` is its second wording. */
  readonly reply: string;
  readonly params: JsonObject;
  /** Offered answers; typed words may choose one of them as well. */
  readonly choices?: readonly Choice[];
  readonly secure?: SecurePurpose;
  /** When it was put last. A yes to a summary counts for a while only. */
  readonly askedAt?: Instant;
}

/** What outlives a flow. Holds references and plain facts; nothing that identifies a person. */
export interface Profile {
  readonly region?: RegionCode;
  readonly person?: { readonly ref: PersonRef; readonly maskedName: string; readonly until: Instant };
  /** Facts said or looked up in this conversation, for diagnosis. */
  readonly facts: { readonly [id: FactId]: { readonly value: FactValue; readonly at?: Instant } };
  readonly lastIntent?: Intent;
  readonly lastFaq?: string;
  readonly symptom?: Symptom;
}

export interface Conversation {
  readonly id: ConversationId;
  readonly version: number;
  readonly address: Address;
  readonly status: ConversationStatus;
  readonly profile: Profile;
  readonly stack: readonly Frame[];
  readonly asking?: Asking;
  /** Words of the last turn, for 再说一遍. */
  readonly lastReplies: readonly Reply[];
  /** Consecutive turns that were not understood. */
  readonly misses: number;
  /** Intents offered by the last ask-back; never two ask-backs in a row. */
  readonly offered?: readonly Intent[];
  /** Masked words that were asked back, to be read again once their meaning is chosen. */
  readonly askedBack?: string;
  readonly openCase?: CaseId;
  /** The case that was closed last: who wants a person again soon gets it back. */
  readonly lastCase?: { readonly id: CaseId; readonly closedAt: Instant };
  /** Version of the knowledge of the last turn. Running tasks keep it until the stack is empty. */
  readonly knowledge?: string;
  readonly updatedAt: Instant;
}

// === Secure pages

/** `order`, `premium` and `invitation` show what the chat asks as well: whichever is answered first counts. */
export type SecurePurpose = 'verify' | 'relative' | 'my_data' | 'order' | 'premium' | 'invitation';

// === Commands: what the citizen wants of the dialogue

export type Command =
  | { readonly kind: 'startFlow'; readonly flow: string; readonly slots: Slots; readonly intent: Intent }
  | { readonly kind: 'provide'; readonly slots: Slots }
  | { readonly kind: 'affirm' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'correct'; readonly slots: Slots }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'back' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'ask'; readonly intent: Intent; readonly entities: readonly Entity[] }
  | { readonly kind: 'askBack'; readonly options: readonly Scored<Intent>[] }
  | { readonly kind: 'greet' }
  | { readonly kind: 'thank' }
  | { readonly kind: 'handOff' }
  | { readonly kind: 'outOfScope'; readonly intent: 'oos' | 'ask.other' }
  | { readonly kind: 'unclear' };

// === Effects: what a flow wants done; returned, never run inside

export type TaskOutcome = 'done' | 'refused' | 'failed';

export type Effect =
  /** Work of the clerk; its result comes back as `task.settled`. */
  | { readonly kind: 'submitTask'; readonly task: string; readonly input: JsonObject }
  /** With `page` it leads to the page on which the citizen sees what is stored; no answer is waited for. */
  | { readonly kind: 'say'; readonly reply: Reply; readonly page?: 'my_data' }
  /** Answered within the turn from frozen knowledge, as are the next three. */
  | { readonly kind: 'check'; readonly check: string; readonly params: JsonObject }
  | { readonly kind: 'diagnose'; readonly symptom: string }
  /** Says what the last diagnosis found, with evidence and source. */
  | { readonly kind: 'tellFindings'; readonly symptom: string }
  /** Judges again by fresh records and says whether the trouble is gone. */
  | { readonly kind: 'recheck'; readonly symptom: string }
  /** A sub-flow: pushed on the stack, its end comes back as `child.done`. */
  | { readonly kind: 'callFlow'; readonly flow: string; readonly slots: Slots }
  | { readonly kind: 'openCase'; readonly reason: string };
