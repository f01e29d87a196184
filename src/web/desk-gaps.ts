/** What nobody could answer for sure, in groups of sentences that look alike; masked, and of nobody. */
import { Hono } from 'hono';
import type { ReviewItems } from '../contracts/store.ts';
import { groupsOf } from '../desk/word-groups.ts';
import type { Day } from '../domain/insurance.ts';
import type { Editions } from '../editions.ts';
import { isSure } from '../understanding/policy.ts';
import type { DeskEnv } from './desk-guard.ts';

const GROUPS = 60;
const SENTENCES = 20;

export interface GapRoutesParts {
  readonly store: ReviewItems;
  readonly editions: Editions;
  readonly today: () => Day;
}

export function gapRoutes({ store, editions, today }: GapRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  app.get('/', async (c) => {
    const { knowledge, understander } = editions.of();
    const groups = groupsOf(await store.reviewItems());
    return c.json({
      total: groups.length,
      groups: groups.slice(0, GROUPS).map(({ key, count, examples, guesses, lastAt, items }) => ({
        key,
        count,
        lastAt,
        examples,
        guesses: guesses.map(({ id, p }) => ({ id, p, label: knowledge.intents.get(id)?.label ?? id })),
        sentences: items.slice(0, SENTENCES).map(({ text, count: times }) => ({ text, count: times })),
        more: Math.max(0, items.length - SENTENCES),
        // After better examples a group may be understood by now.
        isUnderstood: isSure(understander.understand(examples[0] ?? '', { inFlow: false, asOf: today() })),
      })),
    });
  });
  return app;
}
