/**
 * Slack takes about one message a second in a channel, and a few at once now and then. Changes of messages are
 * counted by themselves, so that a card is right while its thread still waits.
 */
import type { Clock } from '../../contracts/clock.ts';

export const EVERY_MS = 1000;
const BURST = 3;

export interface Pace {
  /** Resolves when the next call of this kind may go out. */
  turn(kind: string): Promise<void>;
  /** Slack asked for a pause. */
  pause(kind: string, ms: number): void;
}

/**
 * @param everyMs between two calls, once the few at the beginning are used up
 * @param wait resolves after so many milliseconds, or earlier when all is to end
 */
export function createPace(clock: Clock, everyMs: number, wait: (ms: number) => Promise<void>): Pace {
  /** When the allowance would be whole again. */
  const fullAt = new Map<string, number>();
  return {
    async turn(kind) {
      const now = clock.now();
      const full = Math.max(fullAt.get(kind) ?? 0, now);
      fullAt.set(kind, full + everyMs);
      const restMs = full - now - (BURST - 1) * everyMs;
      if (restMs > 0) await wait(restMs);
    },
    pause(kind, ms) {
      const until = clock.now() + ms + (BURST - 1) * everyMs;
      fullAt.set(kind, Math.max(fullAt.get(kind) ?? 0, until));
    },
  };
}
