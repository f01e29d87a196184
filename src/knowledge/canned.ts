/** Which ready words may be offered to a clerk, and which fit. */
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import { mayBeSaid } from './answers.ts';
import type { Knowledge } from './knowledge.ts';
import { NATION, regionChain } from './lookup.ts';
import type { CannedEntry } from './schema/canned.ts';
import { PUBLISHABLE } from './schema/dated.ts';

export interface Occasion {
  readonly asOf: Day;
  readonly region?: RegionCode;
  readonly intents: readonly Intent[];
  readonly causes: readonly CauseId[];
  readonly symptom?: Symptom;
}

/**
 * Current, read within its time, backed by a publishable source, and resting on answers that may all be
 * said themselves. Stricter than an answer, which is said with a caution when its review is due: a clerk
 * who sends ready words vouches for them.
 */
export function mayBeOffered(knowledge: Knowledge, entry: CannedEntry, asOf: Day): boolean {
  if (entry.status !== 'current' || asOf < entry.valid_from || asOf >= entry.review_due) return false;
  if (entry.valid_until !== undefined && asOf >= entry.valid_until) return false;
  const isBacked = entry.sources.some((id) => {
    const grade = knowledge.sources.get(id)?.grade;
    return grade !== undefined && PUBLISHABLE.has(grade);
  });
  return (
    isBacked &&
    entry.rests_on.every((id) => {
      const answer = knowledge.faq.get(id);
      return answer !== undefined && mayBeSaid(knowledge, answer, asOf);
    })
  );
}

/** Those that fit, best first: a cause that was found before a complaint, a complaint before a topic. */
export function cannedFor(knowledge: Knowledge, occasion: Occasion): readonly CannedEntry[] {
  const { asOf, region, intents, causes, symptom } = occasion;
  const chain = region === undefined ? [NATION] : regionChain(knowledge, region);
  return [...knowledge.canned.values()]
    .flatMap((entry) => {
      if (!mayBeOffered(knowledge, entry, asOf)) return [];
      const distance = chain.findIndex((code) => entry.regions.includes(code));
      const { when } = entry;
      const fit =
        3 * places(causes, when.causes) +
        2 * Number(symptom !== undefined && when.symptoms.includes(symptom)) +
        places(intents, when.intents);
      return distance < 0 || fit === 0 ? [] : [{ entry, fit, distance }];
    })
    .sort((a, b) => b.fit - a.fit || a.distance - b.distance || (a.entry.id < b.entry.id ? -1 : 1))
    .map(({ entry }) => entry);
}

/** 1 for the likeliest, less for those after it, 0 when none is meant. */
function places<Id extends string>(likeliestFirst: readonly Id[], meant: readonly Id[]): number {
  const place = likeliestFirst.findIndex((id) => meant.includes(id));
  return place < 0 ? 0 : 1 / (place + 1);
}
