/** Amounts of money in fen, ages in years, and places in a list (第二个). */
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { createNumerals, type Numerals } from './numerals.ts';
import { anyOf, sourceOf } from './patterns.ts';

export interface Figure {
  readonly type: 'amount' | 'age' | 'ordinal';
  readonly from: number;
  readonly to: number;
  /** Fen, years, or a place from 1; -1 is the last. */
  readonly value: number;
}

export interface Figures {
  find(text: string): Figure[];
  /** A bare number, where the question asks for one. */
  number(text: string): number | undefined;
}

const MOST_FEN = 1_000_000_000_00;

export function createFigures(patterns: Lexicon['patterns']): Figures {
  const numerals = createNumerals(patterns.numerals);
  const money = moneyPattern(numerals, patterns.money_units);
  const ages = withNumber(patterns.age, numerals);
  const ordinals = withNumber(patterns.ordinal, numerals);
  const last = anyOf(patterns.last, 'u');
  const whole = new RegExp(`^${numerals.source}$`, 'u');
  return {
    find: (text) => [
      ...amounts(text, money, numerals, patterns.money_units),
      ...ages.flatMap((pattern) => numbers(text, pattern, numerals, 'age')),
      ...ordinals.flatMap((pattern) => numbers(text, pattern, numerals, 'ordinal')).slice(0, 1),
      ...[last.exec(text)].flatMap((match) =>
        match === null
          ? []
          : [{ type: 'ordinal' as const, from: match.index, to: match.index + match[0].length, value: -1 }],
      ),
    ],
    number: (text) => (whole.test(text) ? numerals.read(text) : undefined),
  };
}

function moneyPattern(numerals: Numerals, units: Lexicon['patterns']['money_units']): RegExp {
  const names = Object.keys(units).sort((a, b) => b.length - a.length);
  return new RegExp(`(${numerals.source})(${names.join('|')})(${numerals.source})?`, 'gu');
}

function amounts(
  text: string,
  pattern: RegExp,
  numerals: Numerals,
  units: Lexicon['patterns']['money_units'],
): Figure[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const number = numerals.read(match[1] ?? '');
    const unit = units[match[2] ?? ''];
    if (number === undefined || unit === undefined) return [];
    // 三块五: a digit after the unit counts tenths of it.
    const tail = match[3] === undefined ? undefined : numerals.read(match[3]);
    const hasTenths = tail !== undefined && tail < 10 && unit === 100;
    const fen = Math.round(number * unit + (hasTenths ? tail * 10 : 0));
    const length = match[0].length - (hasTenths ? 0 : (match[3]?.length ?? 0));
    if (fen > MOST_FEN) return [];
    return [{ type: 'amount' as const, from: match.index, to: match.index + length, value: fen }];
  });
}

/** Patterns in which `N` stands for a number. */
function withNumber(patterns: readonly string[], numerals: Numerals): RegExp[] {
  return patterns.map(
    (pattern) => new RegExp(sourceOf(pattern).replace('(N)', `(${numerals.source})`), 'gu'),
  );
}

function numbers(text: string, pattern: RegExp, numerals: Numerals, type: 'age' | 'ordinal'): Figure[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const value = numerals.read(match[1] ?? '');
    if (value === undefined || value > 150 || (type === 'ordinal' && value > 20)) return [];
    return [{ type, from: match.index, to: match.index + match[0].length, value }];
  });
}
