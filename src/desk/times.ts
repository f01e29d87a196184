/** Times are numbers in rows and ISO strings in what views see. */
import type { Day, Instant } from '../domain/insurance.ts';

const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;

export const toInstant = (ms: number): Instant => new Date(ms).toISOString();

/** The first moment of a day on the clock of China, and of the day after. */
export function dayBounds(day: Day): { readonly from: number; readonly before: number } {
  const from = Date.parse(`${day}T00:00:00Z`) - CHINA_MS;
  return { from, before: from + DAY_MS };
}

export const hourOf = (ms: number): number => new Date(ms + CHINA_MS).getUTCHours();
