/** Slack takes about one message a second in a channel, and a few at once now and then. */
import type { Clock } from '../../contracts/clock.ts';

const EVERY_MS = 1000;
const BURST = 3;

export interface Pace {
  /** Resolves when the next message may go to this channel. */
  turn(channel: string): Promise<void>;
  /** Slack asked for a pause. */
  pause(channel: string, ms: number): void;
}

/** @param wait resolves after so many milliseconds, or earlier when all is to end */
export function createPace(clock: Clock, wait: (ms: number) => Promise<void>): Pace {
  /** When the allowance of a channel would be whole again. */
  const fullAt = new Map<string, number>();
  return {
    async turn(channel) {
      const now = clock.now();
      const full = Math.max(fullAt.get(channel) ?? 0, now);
      fullAt.set(channel, full + EVERY_MS);
      const restMs = full - now - (BURST - 1) * EVERY_MS;
      if (restMs > 0) await wait(restMs);
    },
    pause(channel, ms) {
      const until = clock.now() + ms + (BURST - 1) * EVERY_MS;
      fullAt.set(channel, Math.max(fullAt.get(channel) ?? 0, until));
    },
  };
}
