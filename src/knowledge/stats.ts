/** How much there is in the knowledge base, and how much of it may be told. */
import type { Day } from '../domain/insurance.ts';
import { mayBeSaid } from './answers.ts';
import type { Knowledge } from './knowledge.ts';
import { PUBLISHABLE, type Status } from './schema/dated.ts';
import type { DatedRule } from './schema/region.ts';

export interface KnowledgeStats {
  readonly version: string;
  readonly entries: number;
  readonly entriesByIntent: { readonly [intent: string]: number };
  readonly entriesSayable: number;
  /** Entries whose review is past its day: they are said with a caution. */
  readonly entriesOverdue: readonly string[];
  readonly systems: number;
  readonly regions: number;
  readonly ruleValues: number;
  readonly ruleValuesByStatus: { readonly [status in Status]?: number };
  readonly channelEntries: number;
  readonly causes: number;
  readonly replies: number;
  readonly examplesPerIntent: { readonly [intent: string]: number };
  readonly sources: number;
  readonly sourcesByGrade: { readonly [grade: string]: number };
  /** Of answers, rule values and channel entries: those with a source of grade A, B or M. */
  readonly shareWithGradeABM: number;
}

/** @param asOf the day on which an answer must hold to count as sayable */
export function statsOf(knowledge: Knowledge, asOf: Day): KnowledgeStats {
  const regions = [...knowledge.regions.values()];
  const faq = [...knowledge.faq.values()];
  const values = regions.flatMap((region) => Object.values(region.rules).flat() as readonly DatedRule[]);
  const ways = regions.flatMap((region) => Object.values(region.entries).flat());
  const isBacked = (id: string) => PUBLISHABLE.has(knowledge.sources.get(id)?.grade ?? 'D');
  const backed = [
    ...faq.map(({ sources }) => sources.some(isBacked)),
    ...[...values, ...ways].map(({ source }) => isBacked(source)),
  ];
  return {
    version: knowledge.version,
    entries: faq.length,
    entriesByIntent: count(faq.map(({ intent }) => intent)),
    entriesSayable: faq.filter((entry) => mayBeSaid(knowledge, entry, asOf)).length,
    entriesOverdue: faq
      .filter((entry) => mayBeSaid(knowledge, entry, asOf) && entry.review_due < asOf)
      .map(({ id }) => id),
    systems: knowledge.systems.size,
    regions: regions.length,
    ruleValues: values.length,
    ruleValuesByStatus: count(values.map(({ status }) => status)),
    channelEntries: ways.length,
    causes: knowledge.causes.size,
    replies: knowledge.replies.size,
    examplesPerIntent: Object.fromEntries(
      [...knowledge.intents.values()].map(({ id, examples }) => [id, examples.length]),
    ),
    sources: knowledge.sources.size,
    sourcesByGrade: count([...knowledge.sources.values()].map(({ grade }) => grade)),
    shareWithGradeABM: backed.length === 0 ? 0 : backed.filter(Boolean).length / backed.length,
  };
}

function count(words: readonly string[]): { [word: string]: number } {
  const counts: { [word: string]: number } = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
