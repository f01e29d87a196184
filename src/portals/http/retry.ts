/** Repeats what may be repeated: a bounded number of times, with pauses that differ for everybody. */
import type { Random } from '../../contracts/clock.ts';

/** More would make a citizen wait; whoever asked tries again later anyway. */
export const ATTEMPTS = 3;
/** The pause before the second attempt is up to this long, before the third up to twice as long. */
export const FIRST_PAUSE_MS = 300;

export interface Timers {
  /** Runs once after that time unless cancelled by what it returns. */
  after(ms: number, run: () => void): () => void;
}

export const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export async function repeatedly<T>(
  call: () => Promise<T>,
  how: { readonly again: (result: T) => boolean; readonly random: Random; readonly timers: Timers },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await call();
    if (attempt === ATTEMPTS || !how.again(result)) return result;
    const pauseMs = pauseBefore(attempt + 1, how.random);
    await new Promise<void>((resolve) => how.timers.after(pauseMs, resolve));
  }
}

/** Anything from nothing to the whole pause: callers that failed together do not come back together. */
export function pauseBefore(attempt: number, random: Random): number {
  const share = Buffer.from(random.bytes(4)).readUInt32BE(0) / 2 ** 32;
  return Math.floor(share * FIRST_PAUSE_MS * 2 ** (attempt - 2));
}
