/**
 * One spelling for one sentence: compatibility forms, lower case, simplified characters, the
 * variants of the lexicon, punctuation as single spaces (which also separate clauses).
 */
import { Converter } from 'opencc-js/t2cn';
import { anyOf } from './patterns.ts';
import { exchanged, type Tracked } from './tracked.ts';

/** What a citizen types in one go is shorter; what follows is not read. */
export const LONGEST_TEXT = 800;

export type Normalize = (text: string) => Tracked;

const LETTER = /[\p{L}\p{N}]/u;
const ALREADY_PLAIN = /^[\u4e00-\u9fff0-9a-z]$/u;
const JOINS_DIGITS = new Set(['.', '-', '/', ':']);

export function createNormalizer(variants: { readonly [from: string]: string }): Normalize {
  // 't' and not 'tw': the latter reads simplified 了么 as 了幺.
  const toSimplified = Converter({ from: 't', to: 'cn' });
  const keys = Object.keys(variants);
  const variant = keys.length > 0 ? anyOf(keys, 'gu') : undefined;
  return (text) => {
    const folded = fold(text.slice(0, LONGEST_TEXT));
    const simplified = simplify(folded, toSimplified);
    return variant === undefined
      ? simplified
      : exchanged(simplified, variant, (match) => variants[match[0]] ?? match[0]);
  };
}

function fold(text: string): Tracked {
  const starts: number[] = [];
  const ends: number[] = [];
  let out = '';
  let at = 0;
  for (const char of text) {
    const end = at + char.length;
    for (const unit of plain(char, out, text[end])) {
      if (unit === ' ' && (out === '' || out.endsWith(' '))) continue;
      out += unit;
      for (let i = 0; i < unit.length; i += 1) {
        starts.push(at);
        ends.push(end);
      }
    }
    at = end;
  }
  if (out.endsWith(' ')) {
    out = out.slice(0, -1);
    starts.pop();
    ends.pop();
  }
  return { text: out, starts, ends };
}

function plain(char: string, before: string, next: string | undefined): Iterable<string> {
  if (ALREADY_PLAIN.test(char)) return [char];
  return [...char.normalize('NFKC').toLowerCase()].map((unit) => {
    if (LETTER.test(unit)) return unit;
    const joins = JOINS_DIGITS.has(unit) && /\d$/u.test(before) && next !== undefined && /\d/u.test(next);
    return joins ? unit : ' ';
  });
}

function simplify(tracked: Tracked, convert: (text: string) => string): Tracked {
  const whole = convert(tracked.text);
  if (whole === tracked.text) return tracked;
  if (whole.length === tracked.text.length) return { ...tracked, text: whole };
  // A phrase changed its length: go character by character so that offsets stay true.
  return exchanged(tracked, /./gsu, (match) => convert(match[0]));
}
