/** Brings the figures up to date every few minutes; the sweep of any process may be the one that does it. */
import type { Clock } from './contracts/clock.ts';
import type { StatisticsStore } from './contracts/statistics.ts';
import type { DataClassId } from './domain/data-class.ts';
import { codeOf, type Log } from './log.ts';
import { createStatistics, type Statistics } from './statistics/count.ts';
import type { Rounds } from './store/rounds.ts';

/** Charts this old are as good as new ones, and counting today again costs a city a second. */
const EVERY_MS = 10 * 60_000;

export interface StatisticsRound {
  /** Asked with every sweep; counts when nobody has for a while. Trouble is logged, and tried again. */
  wake(): void;
  settled(): Promise<void>;
}

export function createStatisticsRound(parts: {
  readonly statistics: Statistics;
  readonly rounds: Rounds;
  readonly clock: Clock;
  readonly log: Log;
}): StatisticsRound {
  const { statistics, rounds, clock, log } = parts;
  let running: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    try {
      const now = clock.now();
      if (!(await rounds.claim('figures', { since: now - EVERY_MS, now }))) return;
      const { talks, days } = await statistics.refresh();
      log.event('figures.counted', { talks, days: days.length });
    } catch (error) {
      log.event('figures.failed', { code: codeOf(error) });
    }
  }

  return {
    wake() {
      running = running.then(round);
    },
    settled: () => running,
  };
}

/** What is counted is kept for as long as the shorter-lived of the classes it stands in. */
export function statisticsOf(
  store: StatisticsStore,
  clock: Clock,
  periods: Readonly<Record<DataClassId, number>> | undefined,
): Statistics {
  const days = periods === undefined ? undefined : Math.min(periods.messages, periods.cases);
  return createStatistics({ store, clock, keptDays: () => days });
}
