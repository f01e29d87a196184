/**
 * Words for a channel that another process has. A process that comes upon them leaves them where they are and
 * nudges the others; the one that has the channel calls its own outbox, and is then the first to look. A nudge that is
 * lost costs up to a sweep. Only when nobody has served the channel for long does it count as switched off.
 */
import type { ChannelsServed } from './contracts/channels-served.ts';
import type { Clock } from './contracts/clock.ts';
import type { Signals } from './contracts/signals.ts';
import type { Outbound } from './domain/conversation.ts';
import type { ConversationId } from './domain/ids.ts';

/** A night, or a machine that is mended: after that somebody must look. */
const SERVED_WITHIN_MS = 12 * 3_600_000;
const DUE = 'outbox.due ';

export interface ChannelTurnsParts {
  readonly store: ChannelsServed;
  readonly signals: Signals;
  readonly clock: Clock;
  /** The channels of this process. */
  readonly channels: { has(channel: string): boolean; keys(): Iterable<string> };
  readonly onFailure: (error: unknown) => void;
}

export interface ChannelTurns {
  /** Says which channels are served here; from time to time again. */
  note(): Promise<void>;
  leave(outbound: Outbound): Promise<boolean>;
}

export function createChannelTurns({
  store,
  signals,
  clock,
  channels,
  onFailure,
}: ChannelTurnsParts): ChannelTurns {
  signals.hear((topic) => {
    if (!topic.startsWith(DUE)) return;
    const [channel = '', conversation = ''] = topic.slice(DUE.length).split(' ');
    if (channels.has(channel)) store.callOutbox(conversation as ConversationId).catch(onFailure);
  });
  return {
    note: () => store.noteServed([...channels.keys()]),
    async leave({ address: { channel }, conversation }) {
      const at = await store.servedAt(channel);
      if (at === undefined || at < clock.now() - SERVED_WITHIN_MS) return false;
      signals.send(`${DUE}${channel} ${conversation}`);
      return true;
    },
  };
}
