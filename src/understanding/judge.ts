/** Probabilities of a sentence, and the signs outside the classifiers that shift them. */
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Entity, Scored } from '../domain/understanding.ts';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import type { Feature } from './features.ts';
import type { Heads } from './heads.ts';
import type { Gate } from './lessons.ts';
import type { Ensemble } from './model/ensemble.ts';
import { anyOf } from './patterns.ts';
import type { Reader, Sentence } from './read.ts';
import { sameProvince } from './regions.ts';
import { MOST_CAUSES, THRESHOLDS } from './thresholds.ts';

export interface Judgement {
  /** P(ours), and of the kinds of foreign, likeliest first. */
  readonly gate: { readonly ours: number; readonly foreign: readonly Scored<Exclude<Gate, 'in'>>[] };
  /** Likeliest first, all of them. */
  readonly intents: readonly Scored<Intent>[];
  /** Judged when they are asked for: most sentences are no complaint. */
  readonly symptoms: () => readonly Scored<Symptom>[];
  readonly causes: () => readonly Scored<CauseId>[];
}

export type Judge = (sentence: Sentence) => Judgement;

/** From this length on, each clause is scored as well: the question is often at the end of a story. */
const LONG = 16;
const CLAUSE_SHARE = 0.4;
/** What a listed word adds to the symptom or cause it stands for, before all is scaled to one. */
const WORD_VOTE = 0.5;
const ENTITY_VOTE = 0.35;
/** P(ours) of a bare name: let in, and asked about rather than acted on. */
const BARE_NAME = 0.85;

export function createJudge(heads: Heads, reader: Reader, lexicon: Lexicon): Judge {
  const symptomWords = wordVotes(lexicon.symptoms);
  const causeWords = wordVotes(lexicon.causes);
  return (sentence) => {
    const numbered = (features: readonly Feature[]) => heads.vocabulary.read(features);
    const parts: Parts = {
      whole: numbered(reader.featuresOf(sentence)),
      clauses: clausesOf(sentence.text).map((clause) => numbered(reader.featuresOfClause(clause))),
    };
    const gate = ranked(heads.gate, parts);
    const ours = gate.find(({ id }) => id === 'in')?.p ?? 0;
    return {
      gate: {
        ours: isBareName(sentence) ? Math.max(ours, BARE_NAME) : ours,
        foreign: gate.filter((one): one is Scored<Exclude<Gate, 'in'>> => one.id !== 'in'),
      },
      intents: ranked(heads.intent, parts),
      symptoms: () => voted(ranked(heads.symptom, parts), matching(symptomWords, sentence.text)),
      causes: () =>
        voted<CauseId | 'none'>(ranked(heads.cause, parts), [
          ...matching(causeWords, sentence.text),
          ...entityVotes(sentence),
        ])
          .filter((cause): cause is Scored<CauseId> => cause.id !== 'none' && cause.p >= THRESHOLDS.cause)
          .slice(0, MOST_CAUSES),
    };
  };
}

/** Numbers of the features of a sentence, and of its clauses when it is long. */
interface Parts {
  readonly whole: Int32Array;
  readonly clauses: readonly Int32Array[];
}

/** A platform or place and hardly a word more: masked, it tells the gate nothing, and it is no other matter. */
function isBareName({ text, spans }: Sentence): boolean {
  const named = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  return named > 0 && text.length - named <= 2;
}

function clausesOf(text: string): string[] {
  if (text.length < LONG || !text.includes(' ')) return [];
  return text.split(' ').filter((clause) => clause.length >= 4);
}

/** The whole sentence, and the clause that is surest of itself. */
function blended<Label extends string>(head: Ensemble<Label>, { whole, clauses }: Parts): Float64Array {
  const mean = head.probabilities(whole);
  if (clauses.length < 2) return mean;
  const scored = clauses.map((clause) => head.probabilities(clause));
  const surest = scored.toSorted((a, b) => Math.max(...b) - Math.max(...a))[0] as Float64Array;
  return mean.map((p, c) => (1 - CLAUSE_SHARE) * p + CLAUSE_SHARE * (surest[c] as number));
}

function ranked<Label extends string>(head: Ensemble<Label>, parts: Parts): readonly Scored<Label>[] {
  const probabilities = blended(head, parts);
  return head.labels
    .map((id, index) => ({ id, p: probabilities[index] as number }))
    .sort((a, b) => b.p - a.p);
}

interface Vote<Id extends string> {
  readonly id: Id;
  readonly weight: number;
}
interface WordVote<Id extends string> {
  readonly id: Id;
  readonly pattern: RegExp;
}

function wordVotes<Id extends string>(
  entries: {
    readonly [id in Id]?: { readonly words: readonly string[] };
  },
): readonly WordVote<Id>[] {
  return (Object.entries(entries) as [Id, { readonly words: readonly string[] }][])
    .filter(([, { words }]) => words.length > 0)
    .map(([id, { words }]) => ({ id, pattern: anyOf(words) }));
}

function matching<Id extends string>(votes: readonly WordVote<Id>[], text: string): Vote<Id>[] {
  return votes.filter(({ pattern }) => pattern.test(text)).map(({ id }) => ({ id, weight: WORD_VOTE }));
}

/** Adds the votes and scales to one, so that two signs of one thing outweigh a guess. */
function voted<Id extends string>(
  scores: readonly Scored<Id>[],
  votes: readonly Vote<Id>[],
): readonly Scored<Id>[] {
  if (votes.length === 0) return scores;
  const total = 1 + votes.reduce((sum, { weight }) => sum + weight, 0);
  return scores
    .map(({ id, p }) => ({
      id,
      p: (p + votes.reduce((sum, vote) => sum + (vote.id === id ? vote.weight : 0), 0)) / total,
    }))
    .sort((a, b) => b.p - a.p);
}

const NOT_NEAR = /_in_law$|^(aunt_uncle|niece_nephew|cousin|partner|friend)$/u;

/** Kinship beyond the law's list, two provinces, or the kinship account are causes by themselves. */
function entityVotes({ entities }: Sentence): Vote<CauseId>[] {
  const votes: Vote<CauseId>[] = [];
  const has = (type: Entity['type'], value: string) =>
    entities.some((entity) => entity.type === type && entity.value === value);
  if (entities.some(({ type, value }) => type === 'relation' && NOT_NEAR.test(String(value)))) {
    votes.push({ id: 'ineligible_relation', weight: ENTITY_VOTE });
  }
  const regions = entities.filter(({ type }) => type === 'region').map(({ value }) => String(value));
  if (regions.some((code) => !sameProvince(code, regions[0] ?? code))) {
    votes.push({ id: 'different_pooling_region', weight: ENTITY_VOTE });
  }
  if (has('account_type', 'kinship')) votes.push({ id: 'wrong_account_type', weight: ENTITY_VOTE });
  if (has('account_type', 'outpatient_pooling')) votes.push({ id: 'concept_confusion', weight: ENTITY_VOTE });
  return votes;
}
