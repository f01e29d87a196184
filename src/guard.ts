/**
 * The front door's own limits, the same on every channel: nobody keeps the house busy alone, and when more
 * waits than can be answered in a bearable time, the channel is told to come again. Nothing is taken in silence:
 * whoever writes too fast is told so once, and what follows in the same rush is left unread, as that line says.
 */
import { createLimiter } from './connectors/web/rate-limit.ts';
import type { Clock } from './contracts/clock.ts';
import type { Receive } from './contracts/connector.ts';
import type { Recent } from './contracts/recent.ts';
import type { Inbound } from './domain/conversation.ts';
import { AppError } from './errors.ts';
import { MESSAGES_PER_MINUTE, MOST_WAITING } from './limits.ts';
import type { Meter } from './measures.ts';
import type { DiskCode } from './watch-disk.ts';

/** People who were told to slow down, remembered by this process; the oldest is forgotten first. */
const TOLD = 10_000;
/** Up to so many processes nobody gets past the limit by writing a little on each. */
const MOST_PROCESSES = 10;
const MINUTE_MS = 60_000;

export interface GuardParts {
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
  /** Messages that wait to be answered, as last counted. */
  readonly waiting: () => number;
  /** Why the store takes nothing new now; absent: it does. */
  readonly refusal?: (() => DiskCode | undefined) | undefined;
  /** What somebody has written in all processes; absent where there is only this one. */
  readonly recent?: Recent['recentOf'] | undefined;
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
  // Whoever writes little on this process writes little on all of them: nobody is asked about those.
  const few = createLimiter({ perMinute: Math.max(1, Math.floor(perMinute / MOST_PROCESSES)), clock });

  /** In all processes together, for whoever writes more than a little on this one. */
  async function elsewhere({ address }: Inbound, who: string): Promise<'may' | 'too_fast' | 'told'> {
    if (parts.recent === undefined || few.has(who)) return 'may';
    const { written, isTold } = await parts.recent(address, clock.now() - MINUTE_MS);
    if (written < perMinute) return 'may';
    return isTold ? 'told' : 'too_fast';
  }

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
    const all = isWriting(inbound) && limiter.has(who) ? await elsewhere(inbound, who) : 'may';
    if (!isWriting(inbound) || (limiter.has(who) && all === 'may')) {
      const outcome = await receive(inbound);
      // A redelivery is the platform's doing, not the citizen's.
      if (outcome === 'stored' && isWriting(inbound)) {
        limiter.take(who);
        few.take(who);
        told.delete(who);
      }
      return outcome;
    }
    if (told.has(who) || all === 'told') {
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
