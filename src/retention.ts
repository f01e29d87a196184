/** Removes once a day what is older than the period of its class; the sweep of any process may be the one that does it. */
import type { Periods, Retention } from './contracts/retention.ts';
import { codeOf, type Log } from './log.ts';

export interface RetentionRound {
  /** Asked with every sweep; does something once a day. Trouble is logged, and tried again the next day. */
  wake(): void;
  settled(): Promise<void>;
}

export function createRetentionRound(parts: {
  readonly store: Retention;
  readonly periods: Periods;
  readonly log: Log;
}): RetentionRound {
  const { store, periods, log } = parts;
  let running: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    try {
      if (!(await store.claimDailyRun())) return;
      const removed = Object.values(await store.expire(periods)).reduce((sum, n) => sum + n, 0);
      log.event('retention.removed', { rows: removed });
    } catch (error) {
      log.event('retention.failed', { code: codeOf(error) });
    }
  }

  return {
    wake() {
      running = running.then(round);
    },
    settled: () => running,
  };
}
