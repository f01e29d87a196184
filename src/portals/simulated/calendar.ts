/** Days at the office. It keeps China Standard Time, which has had no daylight saving since 1991. */
import type { Day, Instant } from '../../domain/insurance.ts';

const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** The office's day at an epoch time. */
export function dayAt(ms: number): Day {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}

export function instantAt(ms: number): Instant {
  return new Date(ms).toISOString();
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whole days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** Noon of a day, for records of which only the day is known. */
export function noonOf(day: Day): Instant {
  return instantAt(Date.parse(`${day}T12:00:00Z`) - OFFSET_MS);
}
