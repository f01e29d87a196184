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

/**
 * A feature as a number: two UTF-16 units side by side. One character, two neighbours, and, in units of the
 * private-use area that no read text holds, how long the sentence is, a concept, and two concepts.
 */
export type Feature = number;

const LENGTHS = 0xe100;
const CONCEPTS = 0xe200;
/** In the place of the second unit: a concept for the second time. No text that was read holds it. */
const AGAIN = 1;
const SHORT = 5;
const MIDDLE = 9;
const LONG = 16;

/** Two UTF-16 units as one unsigned number. */
export function pair(first: number, second: number): number {
  return ((first << 16) | second) >>> 0;
}

/** 0 for a bare word to 3 for a long sentence. */
function lengthClass({ length }: string): number {
  if (length < SHORT) return 0;
  return length < MIDDLE ? 1 : length < LONG ? 2 : 3;
}

const SPACE = 0x20;
const BEGIN = 0x5e;
const END = 0x24;

/**
 * Distinct features in the order of the words. Both ends of the sentence are marked (a question word at the
 * end says more), and a concept counts twice.
 * @param concepts places in the list of concepts, rising
 */
export function featuresOf(words: string, concepts: readonly number[]): Feature[] {
  const features = new Distinct();
  let before = BEGIN;
  features.add(pair(BEGIN, 0));
  for (let i = 0; i <= words.length; i += 1) {
    const unit = i === words.length ? END : words.charCodeAt(i);
    if (before !== SPACE && unit !== SPACE) features.add(pair(before, unit));
    if (unit !== SPACE) features.add(pair(unit, 0));
    before = unit;
  }
  features.add(pair(LENGTHS + lengthClass(words), 0));
  for (let i = 0; i < concepts.length; i += 1) {
    const concept = CONCEPTS + (concepts[i] as number);
    features.add(pair(concept, 0));
    features.add(pair(concept, AGAIN));
    for (let j = i + 1; j < concepts.length; j += 1)
      features.add(pair(concept, CONCEPTS + (concepts[j] as number)));
  }
  return features.list;
}

/** The feature that is there whenever this one is, and this one whenever it is; undefined for most. */
export function twinOf(feature: Feature): Feature | undefined {
  return feature >>> 16 >= CONCEPTS && (feature & 0xffff) === AGAIN ? feature - AGAIN : undefined;
}

/** Longer texts than are read have fewer; a bound all the same, against odd input. */
const MOST = 4096;
const ROOM = 2 * MOST;
const seenIn = new Uint32Array(ROOM);
const seenAs = new Uint32Array(ROOM);
let round = 0;

/** A set of numbers in the order they came; its table is used again for every sentence. */
class Distinct {
  readonly list: Feature[] = [];
  private readonly round: number;

  constructor() {
    round += 1;
    this.round = round;
  }

  add(feature: Feature): void {
    if (this.list.length === MOST) return;
    let at = hashed(feature) % ROOM;
    while (seenIn[at] === this.round) {
      if (seenAs[at] === feature) return;
      at = (at + 1) % ROOM;
    }
    seenIn[at] = this.round;
    seenAs[at] = feature;
    this.list.push(feature);
  }
}

/** Spreads neighbours over a table; unsigned. */
export function hashed(feature: Feature): number {
  const mixed = Math.imul(feature ^ (feature >>> 15), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
