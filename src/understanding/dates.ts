/**
 * Days and months. chrono-node reads full dates well but lets 去年9月 become this September, so
 * colloquial words are first rewritten (lexicon/patterns.yaml) into years and months counted from
 * the given day. A month without a year is the last one that has begun.
 */
import { hans } from 'chrono-node/zh';
import type { Day } from '../domain/insurance.ts';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { sourceOf } from './patterns.ts';
import { exchanged, originOf, type Tracked } from './tracked.ts';

export interface FoundDate {
  readonly start: number;
  readonly end: number;
  readonly day: Day;
}

export type FindDates = (tracked: Tracked, asOf: Day) => FoundDate[];

export function createDates({ dates, date_hint }: Lexicon['patterns']): FindDates {
  const hint = new RegExp(sourceOf(date_hint), 'u');
  const rules = dates.map(({ find, say }) => ({ find: new RegExp(find, 'gu'), say }));
  return (tracked, asOf) => {
    const today = parseDay(asOf);
    if (today === undefined || !hint.test(tracked.text)) return [];
    let text = tracked;
    for (const { find, say } of rules) text = exchanged(text, find, (match) => fill(say, match, today));
    const reference = new Date(today.year, today.month - 1, today.day, 12);
    return hans.parse(text.text, reference).flatMap((result) => {
      const { start } = result;
      // A bare weekday or hour is too vague to act on.
      if (!start.isCertain('month') && !start.isCertain('day')) return [];
      const month = start.get('month') ?? 1;
      const day = start.isCertain('day') ? (start.get('day') ?? 1) : 1;
      let year = start.get('year') ?? today.year;
      if (!start.isCertain('year') && dayOf(year, month, day) > asOf) year -= 1;
      return [
        { ...originOf(text, result.index, result.index + result.text.length), day: dayOf(year, month, day) },
      ];
    });
  };
}

interface Today {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function parseDay(day: Day): Today | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})/u.exec(day) ?? [];
  return date === undefined ? undefined : { year: Number(year), month: Number(month), day: Number(date) };
}

function fill(template: string, match: RegExpMatchArray, today: Today): string {
  return template
    .replace(/\{y([+-]\d+)\}/gu, (_, offset: string) => String(today.year + Number(offset)))
    .replace(/\{m([+-]\d+)\}/gu, (_, offset: string) => {
      const months = today.year * 12 + today.month - 1 + Number(offset);
      return MONTH.replace('Y', String(Math.floor(months / 12))).replace('M', String((months % 12) + 1));
    })
    .replace(/\$(\d)/gu, (_, group: string) => match[Number(group)] ?? '');
}

/** The form chrono-node reads a month in: year and month sign. */
const MONTH = 'Y\u5e74M\u6708';

function dayOf(year: number, month: number, day: number): Day {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
