/** What understanding learns from, as one word. */
import { createHash } from 'node:crypto';
import type { Knowledge } from './knowledge/knowledge.ts';

/**
 * Hash over all that understanding looks at: sentences, words, names of places, titles of answers.
 * Where it is the same, the understander is the same.
 */
export function mindOf({ intents, lexicon, regions, faq }: Knowledge): string {
  const places = [...regions.values()].map(({ rules: _, entries: __, ...place }) => place);
  const titles = [...faq.values()].map(({ intent, title }) => [intent, title]);
  const content = JSON.stringify([[...intents.values()], lexicon, places, titles]);
  return createHash('sha256').update(content).digest('hex');
}
