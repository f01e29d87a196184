/**
 * What channels must remember that can answer only so often, and only for so long: Tencent's official
 * accounts and WeCom's customer service. Rows of the store, so that a restart or a second process neither
 * answers twice nor burns what may still be sent. Whatever holds words is short-lived.
 */
import type { Address, ChannelId, Choice } from '../domain/conversation.ts';

/** A push of the platform, under the id it keeps through all its tries. */
export interface PushRef {
  readonly address: Address;
  readonly key: string;
}

export type PushState =
  /** Never seen. */
  | { readonly state: 'new' }
  /** Seen, and not answered yet: by this process or another, or by one that is no more. */
  | { readonly state: 'running' }
  /** An answer lies ready for whoever holds it; it goes another way if nobody takes it. */
  | { readonly state: 'offered' }
  /** Answered in the response itself; the same answer is due to the same push again. */
  | { readonly state: 'answered'; readonly reply: string }
  /** The answer goes, or went, another way. */
  | { readonly state: 'pushed' };

/**
 * `message` is opened by what a citizen writes and lasts long; `event` by menus, codes and following, and is
 * over in a minute. Both may be open at once.
 */
export type WindowKind = 'message' | 'event';

export interface NewWindow {
  readonly kind: WindowKind;
  /** Messages that may be sent in it. */
  readonly left: number;
  readonly until: number;
}

/**
 * `sending` stays behind when a process ends in the middle: whether it arrived, nobody knows. `offered`: in the
 * answer of a push another process holds, unless it is withdrawn.
 */
export type SendState = 'sending' | 'offered' | 'sent' | 'unknown';

/** Who holds a push, so that answers found elsewhere can be handed to it. */
export interface Hold {
  /** The process; no two share one. */
  readonly by: string;
  readonly until: number;
}

export interface Offer {
  readonly reply: string;
  /** Keys of the outbox parts it carries. */
  readonly parts: readonly string[];
}

export interface NewSend {
  readonly address: Address;
  /** Keys of the outbox parts these messages carry. */
  readonly parts: readonly string[];
  readonly messages: number;
  /** So many must be left over afterwards, where the window was opened by a message. */
  readonly keep: number;
}

/** What a citizen can still refer to: the rest of a long text, and the choices under the last message. */
export interface TalkState {
  readonly rest?: string;
  readonly choices?: readonly Choice[];
}

export interface ChannelLedger {
  // === Pushes

  /** Notes a push and opens the window it opens, both at its first try only. */
  beginPush(push: PushRef, window?: NewWindow, hold?: Hold): Promise<PushState>;
  /**
   * Settles a push by an answer in its response: from then on the parts count as sent. False when it was
   * settled before, or somebody else has sent or is sending one of the parts, and nothing has changed.
   */
  answerPush(push: PushRef, reply: string, parts: readonly string[]): Promise<boolean>;
  /** Settles a push whose answer goes another way; nothing when it was answered. */
  settlePush(push: PushRef): Promise<void>;
  /**
   * Lays an answer ready for the oldest push of this citizen that another process holds, and gives that push.
   * Undefined when there is none, or somebody else has one of the parts.
   */
  offerAnswer(address: Address, by: string, offer: Offer): Promise<PushRef | undefined>;
  /**
   * What has become of a push. An answer laid ready for it is taken: from then on its parts count as sent,
   * `isTaken` says that it was by this very call.
   */
  takeAnswer(push: PushRef): Promise<PushState & { readonly isTaken?: true }>;
  /**
   * Takes back an answer nobody has taken, or all for a citizen: it goes another way, and its parts are free
   * again. True when one was taken back.
   */
  withdrawAnswer(of: PushRef | Address): Promise<boolean>;

  // === What may be sent

  openWindow(address: Address, window: NewWindow): Promise<void>;
  /** The platform says that it is shut, or the citizen has left. */
  closeWindows(address: Address): Promise<void>;
  /** Messages that may be sent now, in all windows together, and until when; undefined when all are over. */
  windowOf(address: Address): Promise<{ readonly left: number; readonly until: number } | undefined>;
  /** True for the first who asks since the citizen was last heard of: one notice, not one for each part. */
  claimNotice(address: Address): Promise<boolean>;

  // === What was sent

  sendStates(parts: readonly string[]): Promise<ReadonlyMap<string, SendState>>;
  /**
   * Of parts of which nobody knows whether they arrived, those since whose sending the citizen has written: they may
   * be said once more.
   */
  heardSince(address: Address, parts: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Takes messages out of the windows and notes the parts as `sending`, all or nothing. `taken`: somebody else
   * has sent or is sending one of them.
   */
  reserveSend(send: NewSend): Promise<'reserved' | 'shut' | 'taken'>;
  /** `released`: the platform refused it, so nothing was used up and the parts have not gone. */
  settleSend(send: Omit<NewSend, 'keep'>, outcome: 'sent' | 'unknown' | 'released'): Promise<void>;

  // === Welcomes

  /** Keeps a code that lets one word be said, until its time is over. */
  keepWelcome(address: Address, code: string, until: number): Promise<void>;
  /** The code, to one who asks; undefined to all others, and when its time is over. */
  takeWelcome(address: Address): Promise<string | undefined>;

  // === Talks

  talkOf(address: Address): Promise<TalkState>;
  /** Replaces what was there; an empty one removes it. */
  rememberTalk(address: Address, talk: TalkState): Promise<void>;

  // === Reading on

  channelCursor(channel: ChannelId, account: string): Promise<string | undefined>;
  saveChannelCursor(channel: ChannelId, account: string, cursor: string): Promise<void>;
}
