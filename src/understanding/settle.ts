/**
 * Slips that are no term of the field: 为申么, 等录, 绑绑定. A character that never stands between its
 * neighbours gives way to one of the same sound or look that often does. Guesses of this kind serve
 * the classifiers only; entities, answers and what we say back keep the words as they were written.
 */
import { soundOf } from './pinyin.ts';

export type Settle = (text: string) => string;

/** How often two characters follow each other in sentences we know; a space stands for every border. */
export type Pairs = ReadonlyMap<string, number>;

/** A candidate must have been seen so often on both sides … */
const LEAST_SEEN = 2;
/** … and be better by so much (natural logarithm of both counts): a sentence that is merely new stays. */
const LEAST_GAIN = 4.5;
const UNSEEN = 0.2;
const EDGE = ' ';
const LETTER = /[\p{L}\p{N}]/u;
const HAN = /\p{Script=Han}/u;

export function createSettle(pairs: Pairs, lookalikes: readonly string[]): Settle {
  const rivals = rivalsOf(pairs, lookalikes);
  const seen = (pair: string) => pairs.get(pair) ?? 0;
  const ease = (before: string, char: string, after: string) =>
    Math.log(seen(before + char) + UNSEEN) + Math.log(seen(char + after) + UNSEEN);
  const better = (before: string, char: string, after: string): string => {
    const own = seen(before + char);
    const next = seen(char + after);
    if (own > 0 && next > 0) return char;
    const worth = ease(before, char, after) + LEAST_GAIN;
    let best = char;
    let most = worth;
    for (const rival of rivals.get(char) ?? rivals.get(soundOf(char)) ?? []) {
      if (seen(before + rival) < LEAST_SEEN || seen(rival + after) < LEAST_SEEN) continue;
      const value = ease(before, rival, after);
      if (value >= most) {
        best = rival;
        most = value;
      }
    }
    return best;
  };
  return (text) => {
    let out = '';
    for (let i = 0; i < text.length; i += 1) {
      const char = text.charAt(i);
      const before = out === '' ? EDGE : out.charAt(out.length - 1);
      if (!HAN.test(char)) {
        out += char;
        continue;
      }
      if (char === before && seen(char + char) === 0) continue;
      out += better(before, char, text.charAt(i + 1) || EDGE);
    }
    return out;
  };
}

export function pairsOf(sentences: Iterable<string>): Pairs {
  const pairs = new Map<string, number>();
  for (const sentence of sentences) {
    let before = EDGE;
    for (const written of `${sentence}${EDGE}`) {
      const char = LETTER.test(written) ? written : EDGE;
      if (char === EDGE && before === EDGE) continue;
      const pair = before + char;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      before = char;
    }
  }
  return pairs;
}

/** Characters in use by their sound, and for those that look like others by themselves. */
function rivalsOf(pairs: Pairs, lookalikes: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const rivals = new Map<string, string[]>();
  const add = (key: string, char: string) => {
    const list = rivals.get(key);
    if (list === undefined) rivals.set(key, [char]);
    else if (!list.includes(char)) list.push(char);
  };
  const used = new Set<string>();
  for (const pair of pairs.keys()) used.add(pair.charAt(0));
  for (const char of used) if (HAN.test(char)) add(soundOf(char), char);
  for (const group of lookalikes) {
    for (const char of group) {
      for (const other of group) if (other !== char) add(char, other);
      for (const same of rivals.get(soundOf(char)) ?? []) if (same !== char) add(char, same);
    }
  }
  return rivals;
}
