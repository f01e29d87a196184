/**
 * Working days and hours of the help desk. Days are those of the published calendar; of a year nobody has
 * published yet only weekends are known, and whoever asks is told so. China has one time zone, eight hours
 * ahead of UTC, and no summer time.
 */
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { Knowledge } from './knowledge.ts';

type Books = Pick<Knowledge, 'calendar' | 'desk'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000;
/** The longest run of days off so far was ten; somebody opens within a month, or the hours are empty. */
const DAYS_AHEAD = 31;
/** Longest stretch of working time that is ever walked through, in days. */
const DAYS_WALKED = 400;

export interface WorkingDay {
  readonly isWorked: boolean;
  /** False for a year of which no calendar is published: then only the weekend is known. */
  readonly isPublished: boolean;
  readonly holiday?: string;
}

export function workingDay({ calendar }: Books, day: Day): WorkingDay {
  const year = calendar.get(day.slice(0, 4));
  const isWeekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
  if (year === undefined) return { isWorked: !isWeekend, isPublished: false };
  const off = year.off.find(({ from, to }) => from <= day && day <= to);
  if (off !== undefined) return { isWorked: false, isPublished: true, holiday: off.name };
  return { isWorked: !isWeekend || year.worked.includes(day), isPublished: true };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The hours of the nearest place that is written down: district, city, province, the installation. */
function hoursOf({ desk }: Books, region: RegionCode | undefined) {
  const code = region ?? '000000';
  const chain = [code, `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`, '000000'];
  return chain.map((place) => desk.hours[place]).find((hours) => hours !== undefined) ?? [];
}

export function dayAt(now: number): Day {
  return new Date(now + OFFSET_MS).toISOString().slice(0, 10);
}

const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`) - OFFSET_MS;

function stretchesOf(books: Books, region: RegionCode | undefined, day: Day): readonly Stretch[] {
  if (!workingDay(books, day).isWorked) return [];
  const start = startOf(day);
  const at = (time: string): number =>
    start + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE_MS;
  return hoursOf(books, region).map(({ opens, closes }) => ({ from: at(opens), to: at(closes) }));
}

/** Stretches of working time that end after a moment, in order, for a bounded number of days. */
function* stretchesAfter(
  books: Books,
  region: RegionCode | undefined,
  now: number,
  days: number,
): Generator<Stretch> {
  const first = startOf(dayAt(now));
  for (let ahead = 0; ahead <= days; ahead += 1) {
    for (const stretch of stretchesOf(books, region, dayAt(first + ahead * DAY_MS))) {
      if (stretch.to > now) yield stretch;
    }
  }
}

/** Whether somebody sits at the desk. */
export function isOpenAt(books: Books, region: RegionCode | undefined, now: number): boolean {
  return stretchesOf(books, region, dayAt(now)).some(({ from, to }) => from <= now && now < to);
}

export interface Opening {
  readonly at: number;
  /** False when it lies in a year of which no calendar is published. */
  readonly isPublished: boolean;
}

/** The next time somebody comes; undefined when the hours are empty. Now, when somebody is there. */
export function nextOpening(books: Books, region: RegionCode | undefined, now: number): Opening | undefined {
  for (const { from } of stretchesAfter(books, region, now, DAYS_AHEAD)) {
    const at = Math.max(from, now);
    return { at, isPublished: workingDay(books, dayAt(at)).isPublished };
  }
  return undefined;
}

/** The moment at which so much working time has gone by; without any hours, as if somebody were there all day. */
export function afterWorkingMinutes(
  books: Books,
  region: RegionCode | undefined,
  from: number,
  minutes: number,
): number {
  let left = minutes * MINUTE_MS;
  for (const stretch of stretchesAfter(books, region, from, DAYS_WALKED)) {
    const begin = Math.max(stretch.from, from);
    if (begin + left <= stretch.to) return begin + left;
    left -= stretch.to - begin;
  }
  return from + minutes * MINUTE_MS;
}

/** Working minutes between two moments, rounded down; negative when the second is earlier. */
export function workingMinutesBetween(
  books: Books,
  region: RegionCode | undefined,
  from: number,
  to: number,
): number {
  if (to < from) return -workingMinutesBetween(books, region, to, from);
  let worked = 0;
  for (const stretch of stretchesAfter(books, region, from, DAYS_WALKED)) {
    if (stretch.from >= to) break;
    worked += Math.min(stretch.to, to) - Math.max(stretch.from, from);
  }
  return Math.floor(worked / MINUTE_MS);
}
