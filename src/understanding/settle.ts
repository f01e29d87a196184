/**
 * Slips that are no term of the field: 为申么, 等录, 绑绑定. A character that never stands between its
 * neighbours gives way to one of the same sound or look that often does. Guesses of this kind serve
 * the classifiers only; entities, answers and what we say back keep the words as they were written.
 */
import { soundOf } from './pinyin.ts';

export type Settle = (text: string) => string;

export interface Usage {
  /** Sentences that show which characters follow each other. */
  readonly sentences: readonly string[];
  readonly lookalikes: readonly string[];
}

/** A candidate must have been seen so often on both sides … */
const LEAST_SEEN = 2;
/** … and be better by so much (natural logarithm of both counts): a sentence that is merely new stays. */
const LEAST_GAIN = 4.5;
/** How often the missing one must have been seen there, and five times as often as any other. */
const LEAST_BETWEEN = 6;
const UNSEEN = 0.2;
const EDGE = ' ';
const HAN = /\p{Script=Han}/u;

export function createSettle({ sentences, lookalikes }: Usage): Settle {
  const pairs = countPairs(sentences);
  const rivals = rivalsOf(sentences, lookalikes);
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
  const between = betweenOf(sentences);
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
      if (seen(before + char) === 0) out += between.get(before + char) ?? '';
      out += better(before, char, text.charAt(i + 1) || EDGE);
    }
    return out;
  };
}

function countPairs(sentences: readonly string[]): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (const sentence of sentences) {
    const text = `${EDGE}${sentence.replace(/[^\p{L}\p{N}]+/gu, EDGE)}${EDGE}`;
    for (let i = 0; i + 1 < text.length; i += 1) {
      const pair = text.slice(i, i + 2);
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
  }
  return pairs;
}

/** What was seen often between two characters that never touch: the one that a quick thumb leaves out. */
function betweenOf(sentences: readonly string[]): ReadonlyMap<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const sentence of sentences) {
    const text = `${EDGE}${sentence.replace(/[^\p{L}\p{N}]+/gu, EDGE)}${EDGE}`;
    for (let i = 0; i + 2 < text.length; i += 1) {
      const middle = text.charAt(i + 1);
      if (middle === EDGE) continue;
      const key = text.charAt(i) + text.charAt(i + 2);
      const seen = counts.get(key) ?? new Map<string, number>();
      counts.set(key, seen.set(middle, (seen.get(middle) ?? 0) + 1));
    }
  }
  const between = new Map<string, string>();
  for (const [key, middles] of counts) {
    const [best, second] = [...middles].sort((a, b) => b[1] - a[1]);
    if (best !== undefined && best[1] >= LEAST_BETWEEN && best[1] >= 5 * (second?.[1] ?? 0))
      between.set(key, best[0]);
  }
  return between;
}

/** Characters in use by their sound, and for those that look like others by themselves. */
function rivalsOf(
  sentences: readonly string[],
  lookalikes: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const rivals = new Map<string, string[]>();
  const add = (key: string, char: string) => {
    const list = rivals.get(key);
    if (list === undefined) rivals.set(key, [char]);
    else if (!list.includes(char)) list.push(char);
  };
  for (const char of new Set(sentences.join(''))) if (HAN.test(char)) add(soundOf(char), char);
  for (const group of lookalikes) {
    for (const char of group) {
      for (const other of group) if (other !== char) add(char, other);
      for (const same of rivals.get(soundOf(char)) ?? []) if (same !== char) add(char, same);
    }
  }
  return rivals;
}
