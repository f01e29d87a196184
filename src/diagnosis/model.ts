/**
 * The causes as a small probabilistic model: naive Bayes with hard rules.
 *
 * Every cause has a weight: its prior for the complaint, times the likelihood ratio of each piece of
 * evidence that is known to hold. `excluded_if` makes it zero, `settled_if` lifts it above everything
 * that is only likely. Nothing else enters, so each probability can be explained from the facts shown.
 */
import type { FactId } from '../domain/fact.ts';
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';
import {
  type CauseEntry,
  type Condition,
  PRIOR_WEIGHTS,
  type Prior,
  STRENGTHS,
  type Strength,
} from '../knowledge/schema/cause.ts';
import { type Check, checkOf, factsOf } from './conditions.ts';
import { type Known, placeOf } from './fact-book.ts';

/** Said facts are bent by memory and by our question, so they count a little less than a record. */
const SAID_EXPONENT = 0.8;
/** Weight of a cause that is not listed for the complaint: strong evidence can still raise it. */
const UNLISTED_WEIGHT = 0.1;
/** Lifts a settled cause above all that is merely likely. */
const SETTLED_FACTOR = 400;
/** A full hint of the words counts as much as strong evidence. */
const HINT_FACTOR = 8;
/** Complaints that belong to what the citizen wants; used when the complaint itself is unclear. */
const SYMPTOMS_OF_GOAL: Readonly<Record<string, readonly Symptom[]>> = {
  bind: ['cant_bind', 'not_shown', 'invite_stuck'],
  pay_premium: ['no_pay_button', 'cant_pay_premium'],
  use: ['cant_use', 'wrong_deduction'],
  query: ['not_shown', 'missing_money'],
  leave: ['cant_unbind'],
};

export interface Rule {
  readonly condition: Condition;
  readonly check: Check;
  readonly facts: readonly FactId[];
  /** Places of these facts. */
  readonly places: readonly number[];
  /** Above 1 speaks for the cause, below 1 against it. */
  readonly ratio: number;
  /** The same resting on something said. */
  readonly bent: number;
}

export interface CauseModel {
  readonly entry: CauseEntry;
  readonly rules: readonly Rule[];
  readonly isExcluded: Check;
  readonly isSettled: Check;
  /** For every fact the cause speaks of, the parts that have to be looked at again when it changes. */
  readonly about: ReadonlyMap<FactId, About>;
}

interface About {
  readonly rules: readonly Rule[];
  readonly excludes: boolean;
  readonly settles: boolean;
}

export interface Model {
  readonly causes: readonly CauseModel[];
  /** Places in `causes` of those that speak of a fact. */
  readonly byFact: ReadonlyMap<FactId, readonly number[]>;
}

export interface Standing {
  readonly weight: number;
  /** The weight before the hard rules. */
  readonly base: number;
  /** Listed for the complaint; a cause settles only complaints it lists. */
  readonly listed: boolean;
  readonly settled: boolean;
}

const GOAL = placeOf('goal');

const compiled = new WeakMap<ReadonlyMap<CauseId, CauseEntry>, Model>();

/** The model of a set of causes; made once for each set, as knowledge is frozen. */
export function modelOf(causes: ReadonlyMap<CauseId, CauseEntry>): Model {
  const known = compiled.get(causes);
  if (known !== undefined) return known;
  const model = compile([...causes.values()]);
  compiled.set(causes, model);
  return model;
}

/** How much of the complaint a cause explains before any fact is known; `listed` when it says so itself. */
export function priorOf(
  entry: CauseEntry,
  symptom: Symptom,
  known: Known,
): { readonly weight: number; readonly listed: boolean } {
  const own = entry.symptoms[symptom];
  if (own !== undefined) return { weight: priorWeight(own), listed: true };
  if (symptom !== 'other') return { weight: UNLISTED_WEIGHT, listed: false };
  const goal = known[GOAL]?.value;
  const meant =
    (goal === undefined ? undefined : SYMPTOMS_OF_GOAL[String(goal)]) ?? Object.keys(entry.symptoms);
  const weights = meant.map((id) => entry.symptoms[id as Symptom]).filter((weight) => weight !== undefined);
  // An unclear complaint leaves every cause possible; half weight, since no words point to it.
  return weights.length === 0
    ? { weight: UNLISTED_WEIGHT, listed: true }
    : { weight: Math.max(...weights.map(priorWeight)) / 2, listed: true };
}

/** Weight of one cause under the facts. */
export function standing(cause: CauseModel, symptom: Symptom, hint: number, known: Known): Standing {
  const { weight: prior, listed } = priorOf(cause.entry, symptom, known);
  const base = prior * (1 + HINT_FACTOR * hint) * speaks(cause.rules, known);
  if (cause.isExcluded(known) === true) return { weight: 0, base, listed, settled: false };
  const ruled = cause.isSettled(known) === true;
  return { weight: base * ruledFactor(ruled, listed), base, listed, settled: ruled && listed };
}

/**
 * What a cause that is not excluded would weigh if one more fact were known; looks only at what changes.
 * Undefined for a cause that does not speak of the fact: it weighs what it weighs now.
 */
export function trialOf(cause: CauseModel, now: Standing, id: FactId, known: Known): Try | undefined {
  const about = cause.about.get(id);
  if (about === undefined) return undefined;
  const without = now.base / speaks(about.rules, known);
  return (after) => {
    if (about.excludes && cause.isExcluded(after) === true) return 0;
    const base = without * speaks(about.rules, after);
    if (!about.settles) return (base * now.weight) / now.base;
    return base * ruledFactor(cause.isSettled(after) === true, now.listed);
  };
}

/** The weight under other facts. */
export type Try = (after: Known) => number;

/** The product of all evidence that is known to hold. */
function speaks(rules: readonly Rule[], known: Known): number {
  let product = 1;
  for (const rule of rules) {
    if (rule.check(known) === true) product *= isSaidOf(rule.places, known) ? rule.bent : rule.ratio;
  }
  return product;
}

function ruledFactor(ruled: boolean, listed: boolean): number {
  if (!ruled) return 1;
  return listed ? SETTLED_FACTOR : STRENGTHS.strong;
}

/** The hint of the words for each cause, 0 where there is none. */
export function hintsOf(model: Model, hints: readonly Scored<CauseId>[]): readonly number[] {
  const byCause = new Map(
    hints.map(({ id, p }) => [id, Number.isFinite(p) ? Math.min(Math.max(p, 0), 1) : 0]),
  );
  return model.causes.map(({ entry }) => byCause.get(entry.id) ?? 0);
}

function compile(entries: readonly CauseEntry[]): Model {
  const causes = entries.map(causeModel);
  const byFact = new Map<FactId, number[]>();
  causes.forEach(({ about }, place) => {
    for (const id of about.keys()) byFact.set(id, [...(byFact.get(id) ?? []), place]);
  });
  return { causes, byFact };
}

function causeModel(entry: CauseEntry): CauseModel {
  const rules = entry.evidence.map(ruleOf);
  const excluding = new Set(entry.excluded_if === undefined ? [] : factsOf(entry.excluded_if));
  const settling = new Set(entry.settled_if === undefined ? [] : factsOf(entry.settled_if));
  const ids = new Set([...rules.flatMap((rule) => rule.facts), ...excluding, ...settling]);
  const about = [...ids].map((id): [FactId, About] => [
    id,
    {
      rules: rules.filter((rule) => rule.facts.includes(id)),
      excludes: excluding.has(id),
      settles: settling.has(id),
    },
  ]);
  return {
    entry,
    rules,
    isExcluded: entry.excluded_if === undefined ? never : checkOf(entry.excluded_if),
    isSettled: entry.settled_if === undefined ? never : checkOf(entry.settled_if),
    about: new Map(about),
  };
}

function ruleOf(evidence: CauseEntry['evidence'][number]): Rule {
  const ratio = 'for' in evidence ? ratioOf(evidence.for) : 1 / ratioOf(evidence.against);
  const facts = factsOf(evidence.if);
  return {
    condition: evidence.if,
    check: checkOf(evidence.if),
    facts,
    places: facts.map(placeOf),
    ratio,
    bent: ratio ** SAID_EXPONENT,
  };
}

function never(): undefined {
  return undefined;
}

function isSaidOf(places: readonly number[], known: Known): boolean {
  for (const place of places) if (known[place]?.origin.kind === 'said') return true;
  return false;
}

function ratioOf(strength: Strength): number {
  return typeof strength === 'number' ? strength : STRENGTHS[strength];
}

/** The number behind `common`, `usual` or `rare`. */
export function priorWeight(prior: Prior): number {
  return typeof prior === 'number' ? prior : PRIOR_WEIGHTS[prior];
}
