/** Token buckets by key: a steady rate with a burst of one minute's worth. In memory, and bounded itself. */
import type { Clock } from '../../contracts/clock.ts';

export interface Limiter {
  /** Takes one; false when there is none left for this key. */
  take(key: string): boolean;
  /** Whether one could be taken now. */
  has(key: string): boolean;
}

const KEYS = 50_000;
const MINUTE_MS = 60_000;

export function createLimiter({ perMinute, clock }: { perMinute: number; clock: Clock }): Limiter {
  const buckets = new Map<string, { left: number; at: number }>();

  function leftOf(key: string): number {
    const bucket = buckets.get(key);
    if (bucket === undefined) return perMinute;
    // A clock that was set back must not lock anybody out until it has caught up.
    const elapsedMs = Math.max(0, clock.now() - bucket.at);
    return Math.min(perMinute, bucket.left + (elapsedMs / MINUTE_MS) * perMinute);
  }

  return {
    has: (key) => leftOf(key) >= 1,
    take(key) {
      const left = leftOf(key);
      // Put last, so that the key dropped first is the one unseen for longest.
      buckets.delete(key);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: clock.now() });
      if (buckets.size > KEYS) buckets.delete(buckets.keys().next().value as string);
      return left >= 1;
    },
  };
}
