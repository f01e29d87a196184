/** Which answer of `knowledge/faq` fits a question, and how its sources are cited. */
import type { Citation } from '../domain/conversation.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Entity } from '../domain/understanding.ts';
import type { Knowledge } from './knowledge.ts';
import { NATION, regionChain } from './lookup.ts';
import { bigrams, similarity } from './resemblance.ts';
import { PUBLISHABLE } from './schema/dated.ts';
import type { FaqEntry } from './schema/faq.ts';

export interface Question {
  readonly intent: Intent;
  readonly region?: RegionCode;
  readonly asOf: Day;
  readonly entities?: readonly Entity[];
  readonly text?: string;
}

export interface Answer {
  readonly entry: FaqEntry;
  /** The region of the entry that made it fit; `000000` when it holds everywhere. */
  readonly region: RegionCode;
  /** 0 to 1: how much the words resemble the title or one of the questions; 0 without words. */
  readonly score: number;
}

/** A local entry that is this much less like the question than the best one is about something else. */
const SAME_TOPIC = 0.4;

/**
 * The entry to be said, or undefined when none fits. An entry bound to things talked about (`when`)
 * goes before one that is not, then the nearest region, then the closest wording. An entry of a
 * region outside the chain never answers, nor does one that is out of date or rests on hearsay.
 */
export function findAnswer(knowledge: Knowledge, question: Question): Answer | undefined {
  const chain = question.region === undefined ? [NATION] : regionChain(knowledge, question.region);
  const asked = question.text === undefined ? undefined : bigrams(question.text);
  const candidates: Candidate[] = [];
  for (const entry of entriesTo(knowledge.faq, question.intent)) {
    if (!mayBeSaid(knowledge, entry, question.asOf)) continue;
    const distance = chain.findIndex((code) => entry.regions.includes(code));
    const matches = whenMatches(entry, question.entities ?? []);
    if (distance < 0 || matches === undefined) continue;
    const score = asked === undefined ? 0 : likeness(entry, asked);
    candidates.push({ entry, distance, region: chain[distance] as RegionCode, matches, score });
  }
  return best(candidates);
}

const sorted = new WeakMap<Knowledge['faq'], Map<Intent, FaqEntry[]>>();

/** Entries of an intent in the order of the files; sorted once, as knowledge is frozen. */
function entriesTo(faq: Knowledge['faq'], intent: Intent): readonly FaqEntry[] {
  const known = sorted.get(faq) ?? Map.groupBy(faq.values(), (entry) => entry.intent);
  sorted.set(faq, known);
  return known.get(intent) ?? [];
}

/** Valid on the day, current, and backed by at least one source of grade A, B or M. */
export function mayBeSaid(knowledge: Knowledge, entry: FaqEntry, asOf: Day): boolean {
  if (entry.status !== 'current' || asOf < entry.valid_from) return false;
  if (entry.valid_until !== undefined && asOf >= entry.valid_until) return false;
  return entry.sources.some((id) => {
    const grade = knowledge.sources.get(id)?.grade;
    return grade !== undefined && PUBLISHABLE.has(grade);
  });
}

/**
 * The sources a citizen may be shown, in the order given; those of grade C, D and P are left out.
 * A copy (M) is named by the document it copies and never by its address.
 */
export function citationsOf(knowledge: Knowledge, sourceIds: readonly string[]): Citation[] {
  return [...new Set(sourceIds)].flatMap((id) => {
    const source = knowledge.sources.get(id);
    if (source === undefined || !PUBLISHABLE.has(source.grade)) return [];
    const { title, publisher, grade } = source;
    const citation = { title, publisher, grade, date: source.date ?? source.checked };
    return [grade === 'M' || source.url === undefined ? citation : { ...citation, url: source.url }];
  });
}

interface Candidate extends Answer {
  /** Steps up the region chain. */
  readonly distance: number;
  readonly matches: number;
}

function best(candidates: readonly Candidate[]): Answer | undefined {
  const mostMatches = Math.max(0, ...candidates.map(({ matches }) => matches));
  const close = candidates.filter(({ matches }) => matches === mostMatches);
  const topScore = Math.max(0, ...close.map(({ score }) => score));
  const [first] = close
    .filter(({ score }) => score >= topScore * SAME_TOPIC)
    .sort((a, b) => a.distance - b.distance || b.score - a.score || (a.entry.id < b.entry.id ? -1 : 1));
  return first && { entry: first.entry, region: first.region, score: first.score };
}

/** How many constraints the things talked about meet; undefined when one is not met. */
function whenMatches(entry: FaqEntry, entities: readonly Entity[]): number | undefined {
  const constraints = Object.entries(entry.when).filter(([, wanted]) => wanted !== undefined);
  const met = constraints.filter(([type, wanted]) =>
    entities.some((entity) => entity.type === type && wanted?.includes(String(entity.value))),
  );
  return met.length === constraints.length ? met.length : undefined;
}

/** Entries are frozen and few, so their bigrams are made once. */
const knownBigrams = new WeakMap<FaqEntry, readonly ReadonlySet<string>[]>();

function likeness(entry: FaqEntry, asked: ReadonlySet<string>): number {
  const known = knownBigrams.get(entry) ?? [entry.title, ...entry.questions].map(bigrams);
  knownBigrams.set(entry, known);
  return Math.max(...known.map((set) => similarity(set, asked)));
}
