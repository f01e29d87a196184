/**
 * Whether anybody is at the other end. Wechaty itself does not know: after the loss of a gateway it says
 * "logged in" for a minute and may never come back. So a question is put at every beat; an answer or any
 * message since the last one is a sign of life, and silence twice in a row means that the bot is built anew.
 */

/** Two beats without a sign are two minutes: a reconnect of the puppet takes up to one. */
export const BEAT_MS = 60_000;
export const MISSES_ALLOWED = 2;

export interface Pulse {
  /** Something came in. */
  alive(): void;
  /** A new bot: what the old one missed does not count. */
  reset(): void;
  /** One beat. `dead` when it missed once too often. */
  beat(): 'fine' | 'dead';
  readonly misses: number;
}

/** @param ask puts the question whose answer is a sign of life */
export function createPulse(ask: () => void): Pulse {
  let misses = 0;
  let isAsked = false;
  return {
    get misses() {
      return misses;
    },
    alive() {
      isAsked = false;
      misses = 0;
    },
    reset() {
      isAsked = false;
      misses = 0;
    },
    beat() {
      if (isAsked) misses += 1;
      if (misses >= MISSES_ALLOWED) return 'dead';
      isAsked = true;
      ask();
      return 'fine';
    },
  };
}
