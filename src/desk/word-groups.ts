/** Uncertain sentences that look alike, put together: the same sentences always give the same groups. */
import { createHash } from 'node:crypto';
import type { ReviewItem } from '../contracts/store.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';
import { bigrams, similarity } from '../knowledge/resemblance.ts';

/** From this likeness on (Dice, pairs of characters) a sentence joins the group of another. */
const ALIKE = 0.5;
const EXAMPLES = 3;
const GUESSES = 3;
const KEY_LENGTH = 6;

export interface Group {
  /** Its place in the list, from 1. */
  readonly group: number;
  /** Stays while its leading sentence does, when places in the list have shifted. */
  readonly key: string;
  /** How often its sentences were said. */
  readonly count: number;
  readonly examples: readonly string[];
  /** What it was taken for, weighted by how often. */
  readonly guesses: readonly Scored<Intent>[];
  readonly lastAt: string;
  /** Oftenest first; the first one leads the group. */
  readonly items: readonly ReviewItem[];
}

/**
 * Each sentence, oftenest first, joins the first group whose leading sentence it resembles, or leads a
 * new one. Only leaders are compared with, so that a chain of small differences does not unite strangers.
 */
export function groupsOf(items: readonly ReviewItem[]): readonly Group[] {
  const led: { readonly grams: ReadonlySet<string>; readonly items: ReviewItem[] }[] = [];
  for (const item of [...items].sort(oftenestFirst)) {
    const grams = bigrams(item.text);
    const home = led.find((group) => similarity(group.grams, grams) >= ALIKE);
    if (home === undefined) led.push({ grams, items: [item] });
    else home.items.push(item);
  }
  return led
    .map((group) => describe(group.items))
    .sort((a, b) => b.count - a.count || compare(leader(a), leader(b)))
    .map((group, index) => ({ group: index + 1, ...group }));
}

function describe(items: readonly ReviewItem[]): Omit<Group, 'group'> {
  return {
    key: createHash('sha256')
      .update(items[0]?.text ?? '')
      .digest('hex')
      .slice(0, KEY_LENGTH),
    count: items.reduce((sum, { count }) => sum + count, 0),
    examples: items.slice(0, EXAMPLES).map(({ text }) => text),
    guesses: guessesOf(items),
    lastAt:
      items
        .map(({ lastAt }) => lastAt)
        .sort()
        .at(-1) ?? '',
    items,
  };
}

function guessesOf(items: readonly ReviewItem[]): readonly Scored<Intent>[] {
  const total = items.reduce((sum, { count }) => sum + count, 0);
  const sums = new Map<Intent, number>();
  for (const { alternatives, count } of items)
    for (const { id, p } of alternatives) sums.set(id, (sums.get(id) ?? 0) + (p * count) / total);
  return [...sums]
    .map(([id, p]) => ({ id, p }))
    .sort((a, b) => b.p - a.p || compare(a.id, b.id))
    .slice(0, GUESSES);
}

const leader = ({ examples }: Pick<Group, 'examples'>): string => examples[0] ?? '';
const oftenestFirst = (a: ReviewItem, b: ReviewItem) => b.count - a.count || compare(a.text, b.text);
/** By code units, so that the order is that of no country. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
