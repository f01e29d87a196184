import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { render } from '../../src/dialog/render.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { PUBLISHABLE } from '../../src/knowledge/schema/dated.ts';
import { statsOf } from '../../src/knowledge/stats.ts';
import { knowledgeTable } from '../../src/knowledge/table.ts';
import { REAL } from './folder.ts';

const knowledge = loadKnowledge(REAL);

test('the table in docs is what the data says; `node scripts/knowledge-table.ts` writes it anew', () => {
  const written = readFileSync(join(REAL, '../docs/knowledge-table.md'), 'utf8');
  // Not toBe: a difference would print both tables whole.
  expect(written === knowledgeTable(knowledge)).toBe(true);
});

test('it has a row for every way, value, offer and answer', () => {
  const rows = [...knowledgeTable(knowledge).matchAll(/^(\d+) rows\.$/gmu)].map(([, count]) => Number(count));
  const regions = [...knowledge.regions.values()];
  const offers = [...knowledge.systems.values()].flatMap(({ operations }) => Object.keys(operations));
  expect(rows).toEqual([
    regions.flatMap(({ entries }) => Object.values(entries).flat()).length,
    regions.flatMap(({ rules }) => Object.values(rules).flat()).length,
    offers.length,
    knowledge.faq.size,
  ]);
});

test('every published answer rests on a source of grade A, B or M', () => {
  const published = [...knowledge.faq.values()].filter(({ status }) => status === 'current');
  const weak = published.filter(
    ({ sources }) => !sources.some((id) => PUBLISHABLE.has(knowledge.sources.get(id)?.grade ?? 'D')),
  );
  expect(published.length).toBeGreaterThanOrEqual(150);
  expect(weak).toEqual([]);
});

test('every cause has words of citizens, evidence for it, a remedy, and what it rests on', () => {
  for (const { id, evidence, remedy, basis, sources } of knowledge.causes.values()) {
    expect(knowledge.lexicon.causes[id]?.examples.length ?? 0, id).toBeGreaterThan(0);
    expect(
      evidence.some((one) => 'for' in one),
      id,
    ).toBe(true);
    const leads = remedy.kind !== 'guide' || (remedy.faq !== undefined && knowledge.faq.has(remedy.faq));
    expect(leads, id).toBe(true);
    expect(basis !== 'sourced' || sources.length > 0, id).toBe(true);
  }
  expect(knowledge.causes.size).toBe(47);
});

test('an answer past its review date is said with a caution, on the day itself not yet', () => {
  const params = { faq: 'bind-jiangsu', region: '320000', followUp: null };
  const plain = render({ id: 'answer', params }, knowledge).text;
  const overdue = render({ id: 'answer', params: { ...params, overdue: true } }, knowledge).text;
  expect(overdue).toBe(`${knowledge.replies.get('answer.overdue')?.text}\n${plain}`);
});

test('the statistics list what is overdue', () => {
  expect(statsOf(knowledge, '2026-11-22').entriesOverdue).toEqual([]);
  const late = statsOf(knowledge, '2026-12-23').entriesOverdue;
  expect(late).toContain('cross-province');
  expect(late).not.toContain('cross-province-2025');
  expect(statsOf(knowledge, '2026-12-22').entriesOverdue).toEqual([]);
});
