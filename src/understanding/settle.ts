/**
 * Slips that are no term of the field: 为申么, 等录, 绑绑定. A character that never stands between its
 * neighbours gives way to one of the same sound or look that often does. Guesses of this kind serve
 * the classifiers only; entities, answers and what we say back keep the words as they were written.
 */
import { pair } from './features.ts';
import { Vocabulary } from './model/vocabulary.ts';
import { soundOf } from './pinyin.ts';

export type Settle = (text: string) => string;

/** Two characters that follow each other in sentences we know, and how often; a space stands for every border. */
export interface Counts {
  readonly keys: Uint32Array;
  readonly counts: Uint16Array;
}

/** A candidate must have been seen so often on both sides … */
const LEAST_SEEN = 2;
/** … and be better by so much (natural logarithm of both counts): a sentence that is merely new stays. */
const LEAST_GAIN = 4.5;
const UNSEEN = 0.2;
const EDGE = 0x20;
const LETTER = /[\p{L}\p{N}]/u;
const HAN = /\p{Script=Han}/u;

/** How often two UTF-16 units follow each other. */
export class Pairs {
  private readonly index: Vocabulary;
  private readonly counts: Uint16Array;

  constructor({ keys, counts }: Counts) {
    this.index = new Vocabulary(keys);
    this.counts = counts;
  }

  often(before: number, after: number): number {
    const id = this.index.idOf(pair(before, after));
    return id < 0 ? 0 : (this.counts[id] as number);
  }

  /** A word of two characters that a sentence uses. */
  has(word: string): boolean {
    return word.length === 2 && this.often(word.charCodeAt(0), word.charCodeAt(1)) > 0;
  }

  /** The characters that stand before others. */
  firsts(): ReadonlySet<string> {
    return new Set(Array.from(this.index.features, (key) => String.fromCharCode(key >>> 16)));
  }
}

export function createSettle(pairs: Pairs, lookalikes: readonly string[]): Settle {
  const rivals = rivalsOf(pairs, lookalikes);
  const ease = (before: number, char: number, after: number) =>
    Math.log(pairs.often(before, char) + UNSEEN) + Math.log(pairs.often(char, after) + UNSEEN);
  const better = (before: number, char: string, after: number): string => {
    const unit = char.charCodeAt(0);
    if (pairs.often(before, unit) > 0 && pairs.often(unit, after) > 0) return char;
    let best = char;
    let most = ease(before, unit, after) + LEAST_GAIN;
    for (const rival of rivals.get(char) ?? rivals.get(soundOf(char)) ?? []) {
      const other = rival.charCodeAt(0);
      if (pairs.often(before, other) < LEAST_SEEN || pairs.often(other, after) < LEAST_SEEN) continue;
      const value = ease(before, other, after);
      if (value >= most) {
        best = rival;
        most = value;
      }
    }
    return best;
  };
  return (text) => {
    let out = '';
    let before = EDGE;
    for (let i = 0; i < text.length; i += 1) {
      const char = text.charAt(i);
      let put = char;
      if (HAN.test(char)) {
        const unit = text.charCodeAt(i);
        if (unit === before && pairs.often(unit, unit) === 0) continue;
        put = better(before, char, i + 1 < text.length ? text.charCodeAt(i + 1) : EDGE);
      }
      out += put;
      before = put.charCodeAt(0);
    }
    return out;
  };
}

export function countPairs(sentences: Iterable<string>): Counts {
  const pairs = new Map<number, number>();
  for (const sentence of sentences) {
    let before = EDGE;
    for (let i = 0; i <= sentence.length; i += 1) {
      const unit = i < sentence.length && LETTER.test(sentence.charAt(i)) ? sentence.charCodeAt(i) : EDGE;
      if (unit === EDGE && before === EDGE) continue;
      const key = pair(before, unit);
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
      before = unit;
    }
  }
  return { keys: Uint32Array.from(pairs.keys()), counts: Uint16Array.from(pairs.values()) };
}

/** Characters in use by their sound, and for those that look like others by themselves. */
function rivalsOf(pairs: Pairs, lookalikes: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const rivals = new Map<string, string[]>();
  const add = (key: string, char: string) => {
    const list = rivals.get(key);
    if (list === undefined) rivals.set(key, [char]);
    else if (!list.includes(char)) list.push(char);
  };
  for (const char of pairs.firsts()) if (HAN.test(char)) add(soundOf(char), char);
  for (const group of lookalikes) {
    for (const char of group) {
      for (const other of group) if (other !== char) add(char, other);
      for (const same of rivals.get(soundOf(char)) ?? []) if (same !== char) add(char, same);
    }
  }
  return rivals;
}
