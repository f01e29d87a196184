/**
 * A circuit breaker: an office in trouble is left alone for a while.
 *
 * `closed`: calls pass; `FAILURES` troubles in a row open it. `open`: calls fail at once, nothing is
 * sent. After `OPEN_MS` it is `half_open`: one call passes as a probe; its answer closes the breaker,
 * its trouble opens it again. An answer is whatever the office itself said, a refusal as well.
 */
import type { Clock } from '../../contracts/clock.ts';

/** Enough to tell an outage from bad luck. */
export const FAILURES = 5;
/** Shorter than the pauses of a task that waits for the office, longer than the restart of a gateway. */
export const OPEN_MS = 30_000;

export interface Breaker {
  readonly state: 'closed' | 'open' | 'half_open';
  /** Undefined when the breaker let nothing pass. */
  run<T>(call: () => Promise<T>, isTrouble: (result: T) => boolean): Promise<T | undefined>;
}

export function createBreaker(clock: Clock): Breaker {
  let failures = 0;
  let openUntil: number | undefined;
  let isProbing = false;

  const stateNow = (): Breaker['state'] => {
    if (openUntil === undefined) return 'closed';
    return clock.now() < openUntil ? 'open' : 'half_open';
  };
  const settle = (hadTrouble: boolean) => {
    failures = hadTrouble ? failures + 1 : 0;
    if (!hadTrouble) openUntil = undefined;
    else if (openUntil !== undefined || failures >= FAILURES) openUntil = clock.now() + OPEN_MS;
  };

  return {
    get state() {
      return stateNow();
    },
    async run(call, isTrouble) {
      const state = stateNow();
      if (state === 'open' || isProbing) return undefined;
      isProbing = state === 'half_open';
      try {
        const result = await call();
        settle(isTrouble(result));
        return result;
      } finally {
        isProbing = false;
      }
    },
  };
}
