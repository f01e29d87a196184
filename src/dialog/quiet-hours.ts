/** When nobody is to be disturbed, by the clock of China, which has one time zone and no summer time. */
import type { Day } from '../domain/insurance.ts';

const OFFSET_MS = 8 * 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const QUIET_FROM_HOUR = 22;
const QUIET_UNTIL_HOUR = 8;
/** A reminder that comes at once after the invitation reminds nobody. */
const LEAST_PAUSE_MS = 6 * HOUR_MS;

/** The moment itself, or eight in the morning when it falls between 22:00 and 8:00. */
export function outsideQuietHours(at: number): number {
  const sinceMidnight = (at + OFFSET_MS) % DAY_MS;
  const midnight = at - sinceMidnight;
  if (sinceMidnight < QUIET_UNTIL_HOUR * HOUR_MS) return midnight + QUIET_UNTIL_HOUR * HOUR_MS;
  return sinceMidnight < QUIET_FROM_HOUR * HOUR_MS ? at : midnight + DAY_MS + QUIET_UNTIL_HOUR * HOUR_MS;
}

/**
 * When to remind of something that can be answered until `lastDay`, that day included: at ten in the morning
 * of the day before, else of the day itself; undefined when both are too near.
 */
export function reminderBefore(lastDay: Day, now: number): number | undefined {
  const morning = Date.parse(`${lastDay}T10:00:00+08:00`);
  return [morning - DAY_MS, morning].find((at) => at >= now + LEAST_PAUSE_MS);
}
