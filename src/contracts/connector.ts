/** The seam to a channel: what a connector is handed, and what it promises. */
import type { ChannelId, Inbound, Outbound } from '../domain/conversation.ts';

/**
 * The front door. Resolves when the message is on disk; a redelivery (same channel, account and
 * message id) is `duplicate` and changes nothing. Rejects when it could not be written: then the
 * channel must be told to try again.
 */
export type Receive = (inbound: Inbound) => Promise<'stored' | 'duplicate'>;

export type Delivery =
  | { readonly state: 'sent'; readonly receipt?: string }
  /** The channel's reply window is shut: keep it until the citizen writes again. `code` says what else is the matter. */
  | { readonly state: 'wait_for_citizen'; readonly code?: string };

/**
 * Our code for one channel. `deliver` may be called again with the same `outbound.key` after a
 * crash: channels that can, must drop the second one. It throws `AppError` when the world failed
 * and the outbox should try again.
 */
export interface Connector {
  readonly id: ChannelId;
  start(receive: Receive): Promise<void>;
  deliver(outbound: Outbound): Promise<Delivery>;
  /**
   * For channels on which a message is precious: everything that is due in one conversation, in order, to be
   * said in as few messages as possible. Gives what became of the first parts; those beyond stay due and
   * are handed over again. Gives at least one, or throws as `deliver` does, about the first part.
   */
  deliverAll?(outbounds: readonly Outbound[]): Promise<readonly Delivery[]>;
  stop(): Promise<void>;
}
