/** Working days against a calendar nobody of us wrote, and working hours by hand. */
import { isWorkday } from 'chinese-days';
import { describe, expect, test } from 'vitest';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { calendarYearSchema } from '../../src/knowledge/schema/calendar.ts';
import {
  afterWorkingMinutes,
  dayAt,
  isOpenAt,
  nextOpening,
  workingDay,
  workingMinutesBetween,
} from '../../src/knowledge/working-time.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';

const knowledge = loadKnowledge(KNOWLEDGE_DIR);
/** A moment on the clock of China. */
const at = (local: string): number => Date.parse(`${local}:00+08:00`);
const local = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16);

describe('working days', () => {
  test('of every published year are those of an independent calendar', () => {
    const days = [...knowledge.calendar.keys()].flatMap((year) => {
      const first = Date.parse(`${year}-01-01T00:00:00Z`);
      return Array.from({ length: 366 }, (_, n) =>
        new Date(first + n * 86_400_000).toISOString().slice(0, 10),
      ).filter((day) => day.startsWith(year));
    });
    expect(days.length).toBeGreaterThanOrEqual(730);
    expect(days.filter((day) => workingDay(knowledge, day).isWorked !== isWorkday(day))).toEqual([]);
  });

  test('a Sunday before the holidays is worked, and the holiday has a name', () => {
    expect(workingDay(knowledge, '2026-09-20')).toEqual({ isWorked: true, isPublished: true });
    expect(workingDay(knowledge, '2026-10-05')).toMatchObject({ isWorked: false, holiday: '国庆节' });
  });

  test('of a year nobody has published only weekends are known, and that is said', () => {
    expect(workingDay(knowledge, '2031-01-01')).toEqual({ isWorked: true, isPublished: false });
    expect(workingDay(knowledge, '2031-01-04')).toEqual({ isWorked: false, isPublished: false });
  });

  test('a calendar that lets a weekday count as made up for is refused', () => {
    const year = { year: 2026, source: 's', checked: '2026-01-01', off: [], worked: ['2026-01-05'] };
    expect(calendarYearSchema.safeParse(year).success).toBe(false);
  });
});

describe('hours', () => {
  test.each([
    ['2026-11-25T08:59', false],
    ['2026-11-25T09:00', true],
    ['2026-11-25T12:00', false],
    ['2026-11-25T13:30', true],
    ['2026-11-25T17:00', false],
    ['2026-11-28T10:00', false],
    ['2026-10-10T10:00', true],
  ])('at %s somebody is there: %s', (when, isOpen) => {
    expect(isOpenAt(knowledge, '320500', at(when))).toBe(isOpen);
  });

  test.each([
    ['2026-11-25T10:00', '2026-11-25T10:00'],
    ['2026-11-25T12:10', '2026-11-25T13:30'],
    ['2026-11-25T20:00', '2026-11-26T09:00'],
    ['2026-11-27T17:00', '2026-11-30T09:00'],
    ['2026-09-30T17:30', '2026-10-08T09:00'],
    ['2026-02-13T18:00', '2026-02-14T09:00'],
  ])('after %s somebody comes at %s', (when, opens) => {
    const opening = nextOpening(knowledge, undefined, at(when));
    expect(local(opening?.at ?? 0)).toBe(opens);
    expect(opening?.isPublished).toBe(true);
  });

  test('an opening next year is not promised as long as its calendar is not out', () => {
    const books = {
      ...knowledge,
      calendar: new Map([...knowledge.calendar].filter(([year]) => year === '2026')),
    };
    expect(nextOpening(books, undefined, at('2026-12-31T17:30'))?.isPublished).toBe(false);
  });

  test('a place of its own hours goes before its province', () => {
    const desk = {
      ...knowledge.desk,
      hours: { ...knowledge.desk.hours, '320000': [{ opens: '10:00', closes: '11:00' }] },
    };
    expect(isOpenAt({ ...knowledge, desk }, '320500', at('2026-11-25T09:30'))).toBe(false);
    expect(isOpenAt({ ...knowledge, desk }, '330100', at('2026-11-25T09:30'))).toBe(true);
  });

  test('working minutes pass over lunch, nights, weekends and holidays', () => {
    const due = (from: string, minutes: number) =>
      local(afterWorkingMinutes(knowledge, undefined, at(from), minutes));
    expect(due('2026-11-25T11:45', 30)).toBe('2026-11-25T13:45');
    expect(due('2026-11-27T16:50', 60)).toBe('2026-11-30T09:50');
    expect(due('2026-09-30T16:50', 20)).toBe('2026-10-08T09:10');
    expect(due('2026-11-25T22:00', 390)).toBe('2026-11-26T17:00');
  });

  test('what is counted back is what was added', () => {
    const from = at('2026-09-28T11:11');
    for (const minutes of [1, 49, 50, 390, 391, 5_000]) {
      const to = afterWorkingMinutes(knowledge, undefined, from, minutes);
      expect(workingMinutesBetween(knowledge, undefined, from, to), `${minutes} until ${dayAt(to)}`).toBe(
        minutes,
      );
      expect(workingMinutesBetween(knowledge, undefined, to, from)).toBe(-minutes);
    }
  });
});
