/**
 * Which question tells most for what it costs, and whether the records would tell more.
 *
 * The gain of a question is the uncertainty (in bits) that its answer is expected to take away. Each
 * cause predicts the answers by its own likelihood ratios; 不知道 takes nothing away. A question costs
 * what its fact says, and more with every question already asked: patience is the scarcest thing.
 */
import type { Fact, FactId } from '../domain/fact.ts';
import type { Symptom } from '../domain/taxonomy.ts';
import { choiceOf, UNKNOWN, valuesOf } from './answers.ts';
import type { FactBook } from './fact-book.ts';
import { FACT_IDS, factSpec, type KnownFactId } from './facts.ts';
import { type Model, standing } from './model.ts';

/** Share of citizens who cannot answer a question; they are asked in vain. */
const UNSURE_SHARE = 0.15;
const IMPATIENCE_PER_QUESTION = 0.4;
/** Below this many bits a question is not worth anybody's time. */
const MIN_GAIN = 0.05;
/** More buttons than this are not read; the least likely answers are left to typing. */
const MAX_OFFERED = 7;
/** No answer is taken to be rarer than one in this many, however decisive it would be. */
const MAX_RATIO = 60;
/** Records cannot tell what happened on the citizen's screen. */
const RECORDS_EXPLAIN = 0.8;

/** `locked` needs consent and a verified person first; `closed` was refused, failed, or is already known. */
export type RecordsAccess = 'open' | 'locked' | 'closed';
/** Nobody opens records to one who has not yet listened: a locked record waits for the first question. */
const QUESTIONS_BEFORE_LOOKUP = 1;
const LOOKUP_COST: Record<Exclude<RecordsAccess, 'closed'>, number> = { open: 0.5, locked: 4 };

export interface View {
  readonly model: Model;
  readonly symptom: Symptom;
  readonly hints: readonly number[];
  readonly book: FactBook;
  /** Weight of each cause now, in the order of the model. */
  readonly weights: readonly number[];
  /** Weight of "something we do not list". */
  readonly unexplained: number;
}

export interface Question {
  readonly fact: KnownFactId;
  readonly choices: readonly string[];
  readonly perCost: number;
}

export interface Trial {
  readonly gain: number;
  readonly shares: readonly number[];
}

/** Every fact that is not known yet and could be, with what knowing it is expected to tell. */
export function trials(view: View): ReadonlyMap<KnownFactId, Trial> {
  const found = new Map<KnownFactId, Trial>();
  for (const fact of FACT_IDS) {
    const spec = factSpec(fact);
    if (view.book.has(fact) || (spec?.askCost === undefined && spec?.record !== true)) continue;
    found.set(fact, tryFact(view, fact));
  }
  return found;
}

export function bestQuestion(
  tried: ReadonlyMap<KnownFactId, Trial>,
  skipped: ReadonlySet<FactId>,
  asked: number,
): Question | undefined {
  let best: Question | undefined;
  for (const [fact, trial] of tried) {
    const cost = factSpec(fact)?.askCost;
    if (cost === undefined || skipped.has(fact)) continue;
    const gain = trial.gain * (1 - UNSURE_SHARE);
    const perCost = gain / (cost * (1 + IMPATIENCE_PER_QUESTION * asked));
    if (gain < MIN_GAIN || perCost <= (best?.perCost ?? 0)) continue;
    best = { fact, choices: offered(fact, trial.shares), perCost };
  }
  return best;
}

/** Bits per cost of looking up every record at once; 0 when they cannot or should not be opened now. */
export function lookupWorth(
  view: View,
  tried: ReadonlyMap<KnownFactId, Trial>,
  access: RecordsAccess,
  asked: number,
): number {
  if (access === 'closed' || (access === 'locked' && asked < QUESTIONS_BEFORE_LOOKUP)) return 0;
  const gains = [...tried].map(([fact, { gain }]) => (factSpec(fact)?.record === true ? gain : 0));
  return Math.min(sum(gains), entropy(view) * RECORDS_EXPLAIN) / LOOKUP_COST[access];
}

/** Expected loss of uncertainty when this fact becomes known, and how likely each of its values is. */
function tryFact(view: View, id: FactId): Trial {
  const touched = touchedBy(view, id);
  const values = valuesOf(id);
  if (touched.length === 0 || values.length === 0) return { gain: 0, shares: [] };
  const columns = values.map((value) => {
    const fact: Fact = { id, value, origin: { kind: 'said' } };
    const lookup = (asked: FactId) => (asked === id ? fact : view.book.get(asked));
    return touched.map((place) => weightUnder(view, place, lookup));
  });
  return expected(view, touched, columns);
}

function expected(view: View, touched: readonly number[], columns: readonly (readonly number[])[]): Trial {
  const before = sums(view);
  const now = touched.map((place) => view.weights[place] as number);
  const usual = usualShares(now, columns);
  const predicted = now.map((_, index) =>
    sum(columns.map((column, v) => (usual[v] as number) * (column[index] as number))),
  );
  const restWeight = before.total - sum(now);
  const restLogs = before.logs - sum(now.map(wLogW));
  let after = 0;
  const shares = columns.map((column, v) => {
    const likely = usual[v] as number;
    // A cause that every answer excludes predicts none of them.
    const bets = column.map((weight, index) =>
      (predicted[index] as number) > 0
        ? ((now[index] as number) * likely * weight) / (predicted[index] as number)
        : 0,
    );
    const share = (restWeight * likely + sum(bets)) / before.total;
    after += share * entropyOf(restWeight + sum(column), restLogs + sum(column.map(wLogW)));
    return share;
  });
  return { gain: Math.max(0, entropyOf(before.total, before.logs) - after), shares };
}

/**
 * How common each answer is among people whose cause says nothing about it. An answer that speaks
 * thirty times louder for one cause must be rare among all others, or the ratio would be a lie.
 */
function usualShares(now: readonly number[], columns: readonly (readonly number[])[]): readonly number[] {
  const room = columns.map((column) => {
    const ratios = column.map((weight, index) => weight / (now[index] as number));
    return 1 / Math.min(Math.max(1, ...ratios), MAX_RATIO);
  });
  const total = sum(room);
  return room.map((one) => one / total);
}

/** With an unclear complaint the goal moves every cause; otherwise only those that speak of the fact. */
function touchedBy(view: View, id: FactId): readonly number[] {
  if (id === 'goal') return view.symptom === 'other' ? view.weights.map((_, place) => place) : [];
  return (view.model.byFact.get(id) ?? []).filter((place) => (view.weights[place] as number) > 0);
}

function weightUnder(view: View, place: number, lookup: (id: FactId) => Fact | undefined): number {
  const cause = view.model.causes[place];
  return cause === undefined ? 0 : standing(cause, view.symptom, view.hints[place] ?? 0, lookup).weight;
}

/** The likeliest answers in the order of the list, and 不知道. */
function offered(id: FactId, shares: readonly number[]): readonly string[] {
  const choices = valuesOf(id).map((value, index) => ({
    choice: choiceOf(value),
    share: shares[index] ?? 0,
  }));
  const kept = new Set(
    choices
      .toSorted((a, b) => b.share - a.share)
      .slice(0, MAX_OFFERED)
      .map(({ choice }) => choice),
  );
  return [...choices.map(({ choice }) => choice).filter((choice) => kept.has(choice)), UNKNOWN];
}

function entropy(view: View): number {
  const { total, logs } = sums(view);
  return entropyOf(total, logs);
}

function sums(view: View): { readonly total: number; readonly logs: number } {
  let total = view.unexplained;
  let logs = wLogW(view.unexplained);
  for (const weight of view.weights) {
    total += weight;
    logs += wLogW(weight);
  }
  return { total, logs };
}

/** Entropy of weights from their sum W and the sum of w log w: log W - (sum of w log w) / W. */
function entropyOf(total: number, logs: number): number {
  return total > 0 ? Math.log2(total) - logs / total : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function wLogW(weight: number): number {
  return weight > 0 ? weight * Math.log2(weight) : 0;
}
