/**
 * The front door's own limits, the same on every channel: nobody keeps the house busy alone, and when more
 * waits than can be answered in a bearable time, the channel is told to come again. Nothing is taken in silence:
 * whoever writes too fast is told so once, and what follows in the same rush is left unread, as that line says.
 */
import { createLimiter } from './connectors/web/rate-limit.ts';
import type { Clock } from './contracts/clock.ts';
import type { Receive } from './contracts/connector.ts';
import type { Inbound } from './domain/conversation.ts';
import { AppError } from './errors.ts';
import { MESSAGES_PER_MINUTE, MOST_WAITING } from './limits.ts';
import type { Meter } from './measures.ts';
import type { DiskCode } from './watch-disk.ts';

/** People who were told to slow down, remembered by this process; the oldest is forgotten first. */
const TOLD = 10_000;

export interface GuardParts {
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
  /** Messages that wait to be answered, as last counted. */
  readonly waiting: () => number;
  /** Why the store takes nothing new now; absent: it does. */
  readonly refusal?: (() => DiskCode | undefined) | undefined;
  readonly perMinute?: number;
  readonly mostWaiting?: number;
}

/**
 * @returns `receive` with limits: it rejects with `store_busy` while too much waits and with `store_full` or `store_broken` while nothing can be written, and gives `duplicate` for
 * what is left unread, so that the platform does not send it again
 */
export function guardReceive(receive: Receive, parts: GuardParts): Receive {
  const { clock, meter, waiting, perMinute = MESSAGES_PER_MINUTE, mostWaiting = MOST_WAITING } = parts;
  const limiter = createLimiter({ perMinute, clock });
  const told = new Set<string>();
  return async (inbound) => {
    const { channel } = inbound.address;
    const refusal = parts.refusal?.();
    if (refusal !== undefined) {
      meter?.add('gongji_messages_total', { channel, outcome: 'no_room' });
      throw new AppError(refusal, 'The store cannot write now; this message is to come again.');
    }
    if (waiting() >= mostWaiting) {
      meter?.add('gongji_messages_total', { channel, outcome: 'full' });
      throw new AppError('store_busy', `More than ${mostWaiting} messages wait; this one is to come again.`);
    }
    const who = personOf(inbound);
    if (!isWriting(inbound) || limiter.has(who)) {
      const outcome = await receive(inbound);
      // A redelivery is the platform's doing, not the citizen's.
      if (outcome === 'stored' && isWriting(inbound)) {
        limiter.take(who);
        told.delete(who);
      }
      return outcome;
    }
    if (told.has(who)) {
      meter?.add('gongji_messages_total', { channel, outcome: 'dropped' });
      return 'duplicate';
    }
    meter?.add('gongji_messages_total', { channel, outcome: 'too_fast' });
    const outcome = await receive({ ...inbound, content: { kind: 'unsupported', what: 'too_fast' } });
    if (outcome === 'stored') told.add(who);
    if (told.size > TOLD) told.delete(told.values().next().value as string);
    return outcome;
  };
}

const isWriting = ({ content: { kind } }: Inbound): boolean =>
  kind === 'text' || kind === 'choice' || kind === 'unsupported';

const personOf = ({ address: { channel, account, user } }: Inbound): string =>
  `${channel}\n${account}\n${user}`;
