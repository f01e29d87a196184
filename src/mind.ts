/** What understanding learns from, as one word. */
import { createHash } from 'node:crypto';
import type { Knowledge } from './knowledge/knowledge.ts';

/** Hash over all that understanding learns from: where it is the same, the understander is the same. */
export function mindOf({ intents, lexicon, regions }: Knowledge): string {
  const content = JSON.stringify([[...intents.values()], lexicon, [...regions.values()]]);
  return createHash('sha256').update(content).digest('hex');
}
