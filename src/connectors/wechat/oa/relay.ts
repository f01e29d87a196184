/**
 * An answer found in one process, for a push that another one holds. It is laid ready in the ledger, the holder
 * is nudged, takes it and writes it into the response; whoever laid it there waits for that a moment, and
 * takes it back if nobody comes. One row decides between taking and taking back, so whichever process ends
 * at whichever moment, the answer goes one of the two ways:
 *
 *     running -> offered -> answered   taken by the holder, or by whoever has WeChat's next try
 *                        -> pushed     taken back, and sent as a message
 *
 * Nudges are hints. The holder looks by itself, and whoever waits looks as well.
 */
import { createHash } from 'node:crypto';
import type { ChannelLedger, Offer, PushRef } from '../../../contracts/channel-ledger.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Signals } from '../../../contracts/signals.ts';
import type { Address } from '../../../domain/conversation.ts';
import { AppError } from '../../../errors.ts';
import type { Look, Visits } from './visits.ts';

export interface RelayParts {
  readonly ledger: ChannelLedger;
  readonly signals: Signals;
  readonly clock: Clock;
  /** This process, for the others. */
  readonly me: string;
  /** How long a push is held. */
  readonly patienceMs: number;
  /** How long an answer may lie: a holder that lives has looked twice by then. */
  readonly waitMs?: number | undefined;
}

export interface Relay {
  /** For whoever begins a push. */
  hold(): { readonly by: string; readonly until: number };
  readonly look: Look;
  /** True when another process has taken it into the response it holds. */
  offer(address: Address, offer: Offer): Promise<boolean>;
  /** Takes back what a process that is no more has laid ready for this citizen. */
  withdraw(address: Address): Promise<void>;
  /** A push was settled elsewhere, so its holder need wait no longer. */
  listen(visits: Visits): void;
}

const WAIT_MS = 1_000;
/** Between looks of whoever waits; a nudge comes within a few. */
const LOOK_MS = 100;
const OFFERED = 'wechat-oa offered ';
const SETTLED = 'wechat-oa settled ';

export function createRelay(parts: RelayParts): Relay {
  const { ledger, signals, clock, me, patienceMs, waitMs = WAIT_MS } = parts;
  const waiting = new Map<string, () => void>();

  signals.hear((topic) => {
    if (topic.startsWith(SETTLED)) waiting.get(topic.slice(SETTLED.length))?.();
  });

  /** Resolves at a nudge, or when it is time to look. */
  async function pause(name: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(LOOK_MS, waitMs));
      waiting.set(name, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    waiting.delete(name);
  }

  return {
    hold: () => ({ by: me, until: clock.now() + patienceMs }),
    async look(push) {
      const now = await ledger.takeAnswer(push);
      if (now.isTaken === true) signals.send(`${SETTLED}${nameOf(push)}`);
      if (now.state === 'answered') return { kind: 'reply', text: now.reply };
      return now.state === 'pushed' ? { kind: 'nothing' } : undefined;
    },
    async offer(address, offer) {
      const push = await ledger.offerAnswer(address, me, offer);
      if (push === undefined) return false;
      const name = nameOf(push);
      signals.send(`${OFFERED}${name}`);
      const until = performance.now() + waitMs;
      while (performance.now() < until) {
        await pause(name);
        if ((await ledger.sendStates(offer.parts)).get(offer.parts[0] ?? '') !== 'offered') break;
      }
      if (await ledger.withdrawAnswer(push)) {
        signals.send(`${OFFERED}${name}`);
        return false;
      }
      const states = await ledger.sendStates(offer.parts);
      if (offer.parts.every((key) => states.get(key) === 'sent')) return true;
      throw new AppError('channel_unavailable', 'Another process delivers the same; it is looked at again');
    },
    async withdraw(address) {
      await ledger.withdrawAnswer(address);
    },
    listen(visits) {
      signals.hear((topic) => {
        if (!topic.startsWith(OFFERED)) return;
        const name = topic.slice(OFFERED.length);
        visits.nudge((push) => nameOf(push) === name);
      });
    },
  };
}

/** Without the citizen in it, whom the id of some pushes names. */
function nameOf({ address, key }: PushRef): string {
  return createHash('sha256').update(`${address.account} ${key}`).digest('base64url').slice(0, 22);
}
