/**
 * Which channels some process of this installation can deliver to. Not every process has every channel: a logged-in
 * account, for one, can live in a single place.
 */
import type { ConversationId } from '../domain/ids.ts';

export interface ChannelsServed {
  /** This process serves these channels now. */
  noteServed(channels: readonly string[]): Promise<void>;
  /** When a process said so last, in epoch ms; undefined when none ever has. */
  servedAt(channel: string): Promise<number | undefined>;
  /** Has the outbox of a conversation looked at, as if something had just been said. */
  callOutbox(conversation: ConversationId): Promise<void>;
}
