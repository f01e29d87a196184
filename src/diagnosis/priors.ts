/**
 * How common each cause is, estimated anew from closed cases.
 *
 * The present weights are taken as so many cases already seen (`JUDGEMENT_CASES`), the closed cases are
 * added, and a weight may at most double or halve in one run: a strange month cannot turn the order of
 * questions over, and a clerk has seen each step before it counts. Only weights change; which complaints
 * a cause lists, and what speaks for or against it, stays with people.
 */
import { CAUSES, type CauseId, SYMPTOMS, type Symptom } from '../domain/taxonomy.ts';
import type { CauseEntry } from '../knowledge/schema/cause.ts';
import { priorWeight } from './model.ts';

/** Fewer closed cases of a complaint say less about it than the people who wrote the weights. */
const MIN_CASES = 20;
/** What the present weights are worth, in cases. */
const JUDGEMENT_CASES = 60;
const MAX_STEP = 2;
/** Smaller changes than this are noise, and would only make the review longer. */
const MIN_CHANGE = 0.05;

export interface SolvedCase {
  readonly symptom: Symptom;
  readonly cause: CauseId;
}

export interface PriorChange {
  readonly cause: CauseId;
  readonly symptom: Symptom;
  /** Closed cases of the complaint, and those of them that had this cause. */
  readonly cases: number;
  readonly hits: number;
  readonly from: number;
  readonly to: number;
  /** The cases alone would have moved it further. */
  readonly isBounded: boolean;
}

export interface Estimate {
  readonly changes: readonly PriorChange[];
  /** Complaints with too few closed cases to say anything. */
  readonly tooFew: readonly { readonly symptom: Symptom; readonly cases: number }[];
  /** Causes found behind a complaint they do not list: a person must decide whether they should. */
  readonly unlisted: readonly { readonly symptom: Symptom; readonly cause: CauseId; readonly hits: number }[];
}

export function estimatePriors(
  causes: ReadonlyMap<CauseId, CauseEntry>,
  solved: readonly SolvedCase[],
): Estimate {
  const counted = SYMPTOMS.map((symptom) => ({
    symptom,
    hits: hitsOf(solved.filter((one) => one.symptom === symptom)),
  })).filter(({ hits }) => hits.size > 0);
  const sizeOf = (hits: Hits) => [...hits.values()].reduce((sum, one) => sum + one, 0);
  const enough = counted.filter(({ hits }) => sizeOf(hits) >= MIN_CASES);
  return {
    changes: enough.flatMap(({ symptom, hits }) => changesOf(causes, symptom, hits)),
    tooFew: counted
      .filter((one) => !enough.includes(one))
      .map(({ symptom, hits }) => ({ symptom, cases: sizeOf(hits) })),
    unlisted: counted.flatMap(({ symptom, hits }) =>
      [...hits].flatMap(([cause, count]) =>
        causes.get(cause)?.symptoms[symptom] === undefined ? [{ symptom, cause, hits: count }] : [],
      ),
    ),
  };
}

type Hits = ReadonlyMap<CauseId, number>;

function hitsOf(solved: readonly SolvedCase[]): Hits {
  const hits = new Map<CauseId, number>();
  for (const { cause } of solved) hits.set(cause, (hits.get(cause) ?? 0) + 1);
  return hits;
}

/** The sum of the weights of a complaint stays, so that its causes keep their distance from what nobody lists. */
function changesOf(
  causes: ReadonlyMap<CauseId, CauseEntry>,
  symptom: Symptom,
  hits: Hits,
): readonly PriorChange[] {
  const listed = CAUSES.flatMap((cause) => {
    const prior = causes.get(cause)?.symptoms[symptom];
    return prior === undefined ? [] : [{ cause, from: priorWeight(prior), hits: hits.get(cause) ?? 0 }];
  });
  const total = listed.reduce((sum, { from }) => sum + from, 0);
  const cases = listed.reduce((sum, one) => sum + one.hits, 0);
  return listed.flatMap(({ cause, from, hits: own }): readonly PriorChange[] => {
    const share = (own + JUDGEMENT_CASES * (from / total)) / (cases + JUDGEMENT_CASES);
    const wished = share * total;
    const bounded = Math.min(Math.max(wished, from / MAX_STEP), from * MAX_STEP);
    const to = Number(bounded.toPrecision(2));
    if (Math.abs(to - from) / from < MIN_CHANGE) return [];
    return [{ cause, symptom, cases, hits: own, from, to, isBounded: bounded !== wished }];
  });
}
