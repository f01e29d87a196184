/**
 * What the classifiers see of a sentence: its characters one by one and in pairs, with relatives,
 * places, platforms and sums masked by their kind, and its concepts one by one and in pairs.
 * Words from a segmenter were tried and add nothing.
 */
import type { Span } from './entities.ts';
import { anyOf } from './patterns.ts';

/** Private-use characters, so that a mask never equals a letter. */
const MASK: Record<Span['kind'], string> = {
  relative: '\ue001',
  place: '\ue005',
  platform: '\ue006',
  sum: '\ue007',
};

export function masked(text: string, spans: readonly Span[]): string {
  const sorted = [...spans].sort((a, b) => a.from - b.from || b.to - a.to);
  let out = '';
  let at = 0;
  for (const { from, to, kind } of sorted) {
    if (from < at) continue;
    out += text.slice(at, from) + MASK[kind];
    at = to;
  }
  return out + text.slice(at);
}

/**
 * Words of one meaning, dialect and standard, made one for the classifiers only: what has been
 * learnt of one then holds for all. Entities and answers see the words as they were written.
 */
export function createFold(folded: { readonly [to: string]: readonly string[] }): (text: string) => string {
  const target = new Map(Object.entries(folded).flatMap(([to, words]) => words.map((word) => [word, to])));
  if (target.size === 0) return (text) => text;
  const pattern = anyOf([...target.keys()], 'gu');
  return (text) => text.replace(pattern, (word) => target.get(word) ?? word);
}

const SHORT = 5;
const MIDDLE = 9;
const LONG = 16;

function lengthClass({ length }: string): string {
  if (length < SHORT) return 'bare';
  return length < MIDDLE ? 'short' : length < LONG ? 'middle' : 'long';
}

/**
 * Distinct features; the prefixes keep the kinds apart and are never integer-like. Both ends of the
 * sentence are marked (a question word at the end says more), and a concept counts twice.
 */
export function featuresOf(words: string, concepts: readonly string[]): string[] {
  const text = `^${words}$`;
  const features = new Set<string>();
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === ' ') continue;
    features.add(`u:${char}`);
    const next = text.charAt(i + 1);
    if (next !== '' && next !== ' ') features.add(`b:${char}${next}`);
  }
  features.add(`n:${lengthClass(words)}`);
  concepts.forEach((concept, index) => {
    features.add(`c:${concept}`);
    features.add(`d:${concept}`);
    for (const other of concepts.slice(index + 1)) features.add(`p:${concept}+${other}`);
  });
  return [...features];
}
