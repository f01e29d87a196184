/** Days on the clock of China: one time zone, eight hours ahead of UTC, without summer time. */
import type { Span } from '../contracts/statistics.ts';
import type { Day } from '../domain/insurance.ts';

export const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;

export const dayOf = (ms: number): Day => new Date(ms + CHINA_MS).toISOString().slice(0, 10);
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`) - CHINA_MS;
export const spanOf = (day: Day): Span => ({ from: startOf(day), before: startOf(day) + DAY_MS });
export const plusDays = (day: Day, days: number): Day => dayOf(startOf(day) + days * DAY_MS);
export const monthOf = (day: Day): string => day.slice(0, 7);
export const monthStart = (day: Day): Day => `${monthOf(day)}-01`;

/** From one day to another, both included; none when they are the wrong way round. */
export function daysBetween(from: Day, until: Day): readonly Day[] {
  const days: Day[] = [];
  for (let day = from; day <= until; day = plusDays(day, 1)) days.push(day);
  return days;
}

/** Whole days from one to the other; negative when the second is earlier. */
export const ageInDays = (from: Day, on: Day): number => Math.round((startOf(on) - startOf(from)) / DAY_MS);
