/** Ready words of staff: offered when they fit, and never longer than what they rest on may be said. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cannedFor, mayBeOffered } from '../../src/knowledge/canned.ts';
import { checkKnowledge } from '../../src/knowledge/check.ts';
import type { Knowledge } from '../../src/knowledge/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import type { CannedEntry } from '../../src/knowledge/schema/canned.ts';
import { kindOf, withoutWithdrawn } from '../../src/knowledge/withdrawn.ts';

const DIR = join(import.meta.dirname, '..', '..', 'knowledge');
const TODAY = '2026-11-25';
const books = loadKnowledge(DIR);
const occasion = { asOf: TODAY, intents: [], causes: [] } as const;
const idsFor = (knowledge: Knowledge, more: object) =>
  cannedFor(knowledge, { ...occasion, ...more }).map(({ id }) => id);
const entryOf = (id: string): CannedEntry => {
  const entry = books.canned.get(id);
  if (entry === undefined) throw new Error(`There is no ${id}`);
  return entry;
};

describe('ready words', () => {
  it('are offered for the cause that was found before the topic that was talked about', () => {
    const found = idsFor(books, { causes: ['zero_balance'], intents: ['ask.timing'] });
    expect(found.slice(0, 2)).toEqual(['say-balance-is-empty', 'say-review-under-way']);
  });

  it('are not offered where nothing they are for is talked about', () => {
    expect(idsFor(books, {})).toEqual([]);
  });

  it('end with their review, their validity and their status', () => {
    const entry = entryOf('say-insure-first');
    expect(mayBeOffered(books, entry, TODAY)).toBe(true);
    expect(mayBeOffered(books, entry, entry.review_due)).toBe(false);
    expect(mayBeOffered(books, entry, '2024-07-31')).toBe(false);
    expect(mayBeOffered(books, { ...entry, valid_until: TODAY }, TODAY)).toBe(false);
    expect(mayBeOffered(books, { ...entry, status: 'unverified' }, TODAY)).toBe(false);
  });

  it('rest on a source that may be shown', () => {
    const hearsay = [...books.sources.values()].find(({ grade }) => grade === 'C' || grade === 'D');
    if (hearsay === undefined) throw new Error('There is no hearsay among the sources');
    expect(mayBeOffered(books, { ...entryOf('say-insure-first'), sources: [hearsay.id] }, TODAY)).toBe(false);
  });

  it('go with the answer they are a short form of, and by their own name', () => {
    const wanted = { causes: ['zero_balance'] };
    expect(kindOf(books, 'say-balance-is-empty')).toBe('canned');
    for (const withdrawn of [
      { kind: 'faq', id: 'use-balance-zero' },
      { kind: 'canned', id: 'say-balance-is-empty' },
    ] as const) {
      const left = withoutWithdrawn(books, [withdrawn]);
      expect(idsFor(left, wanted)).toEqual([]);
      expect(left.version).not.toBe(books.version);
    }
  });

  it('are all sound as they are shipped', () => {
    const remarks = checkKnowledge(DIR, { asOf: TODAY }).filter(({ file }) => file.startsWith('canned/'));
    expect(remarks).toEqual([]);
    expect(books.canned.size).toBeGreaterThanOrEqual(7);
  });
});
