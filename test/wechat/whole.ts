/** What every whole dialogue must leave behind, whatever happened on the way. */
import { expect } from 'vitest';
import type { Phone } from '../doubles/wechat/phone.ts';
import type { House } from './house.ts';

/** Ids of what was said to this phone, in order. */
export async function heard(house: House, phone: Phone): Promise<readonly string[]> {
  return (await house.history(phone)).flatMap(({ who, part }) => (who === 'bot' ? [part.id] : []));
}

/** Words of this citizen that were written down, in order. */
export async function written(house: House, phone: Phone): Promise<readonly string[]> {
  return (await house.history(phone)).flatMap(({ who, part }) => (who === 'citizen' ? [part.text] : []));
}

/**
 * Everything that was said stands on the screen as often as it was said, judged by the first line of each
 * part; and WeChat never had to excuse us.
 * @param orLess a message may be missing: it was on its way when the process broke, and is not sent twice
 */
export async function expectShownOnce(house: House, phone: Phone, orLess?: 'or_lost'): Promise<void> {
  const shown = phone.reads().flatMap(linesOf);
  const said = (await house.history(phone)).flatMap(({ who, part }) =>
    who === 'bot' ? [linesOf(part.text)] : [],
  );
  const count = (lines: readonly string[], line: string) => lines.filter((other) => other === line).length;
  for (const [line = ''] of said) {
    const times = count(said.flat(), line);
    const seen = count(shown, line);
    expect({ line, times: orLess === undefined ? seen : Math.max(seen, times) }).toEqual({ line, times });
  }
  expect(phone.screen().filter(({ kind }) => kind === 'fault')).toEqual([]);
  expect(house.wechat.complaints()).toEqual([]);
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** How often the office really acted, by kind. */
export function acts(house: House): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind, times } of house.app.office.acts()) counts[kind] = (counts[kind] ?? 0) + times;
  return counts;
}
