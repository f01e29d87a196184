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
import { type FactBook, placeOf } from './fact-book.ts';
import { FACT_IDS, factSpec, type KnownFactId } from './facts.ts';
import { type CauseModel, type Model, type Standing, standing, type Try, trialOf } from './model.ts';

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
/** A locked record waits for the first fact that is told. */
const TOLD_BEFORE_LOOKUP = 1;
const LOOKUP_COST: Record<Exclude<RecordsAccess, 'closed'>, number> = { open: 0.5, locked: 4 };

export interface View {
  readonly model: Model;
  readonly symptom: Symptom;
  readonly hints: readonly number[];
  readonly book: FactBook;
  /** The same by places; facts are tried out in it and taken away again. */
  readonly known: (Fact | undefined)[];
  /** Each cause now, in the order of the model. */
  readonly standings: readonly Standing[];
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

/** Which facts are worth a trial: those somebody may be asked for, and those the records hold. */
export interface Wanted {
  readonly isAsked: (fact: KnownFactId) => boolean;
  readonly records: boolean;
}

/** Every fact that is wanted and not known yet, with what knowing it is expected to tell. */
export function trials(view: View, { isAsked, records }: Wanted): ReadonlyMap<KnownFactId, Trial> {
  const found = new Map<KnownFactId, Trial>();
  const now = sumsOf([...view.weights, view.unexplained]);
  for (const possible of POSSIBLE) {
    const { id, isQuestion, isRecord } = possible;
    const isWanted = (isQuestion && isAsked(id)) || (isRecord && records);
    if (isWanted && !view.book.has(id)) found.set(id, tryFact(view, now, possible));
  }
  return found;
}

interface Possible {
  readonly id: KnownFactId;
  readonly place: number;
  readonly isQuestion: boolean;
  readonly isRecord: boolean;
  /** Each value it can have, as somebody would say it. */
  readonly said: readonly Fact[];
}

/** Facts that can be asked for or looked up. */
const POSSIBLE: readonly Possible[] = FACT_IDS.map((id) => ({
  id,
  place: placeOf(id),
  isQuestion: factSpec(id)?.askCost !== undefined,
  isRecord: factSpec(id)?.record === true,
  said: valuesOf(id).map((value) => ({ id, value, origin: { kind: 'said' } })),
}));

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

/** Nobody opens records to one who has not yet listened. */
export function mayLookUp(access: RecordsAccess, told: number): boolean {
  return access === 'open' || (access === 'locked' && told >= TOLD_BEFORE_LOOKUP);
}

/**
 * Bits per cost of looking up every record at once; 0 when they cannot or should not be opened now.
 * @param told questions asked or facts told so far, whichever is more
 */
export function lookupWorth(
  view: View,
  tried: ReadonlyMap<KnownFactId, Trial>,
  access: RecordsAccess,
  told: number,
): number {
  if (access === 'closed' || !mayLookUp(access, told)) return 0;
  const gains = [...tried].map(([fact, { gain }]) => (factSpec(fact)?.record === true ? gain : 0));
  const gain = gains.reduce((total, one) => total + one, 0);
  const { total, logs } = sumsOf([...view.weights, view.unexplained]);
  return Math.min(gain, entropyOf(total, logs) * RECORDS_EXPLAIN) / LOOKUP_COST[access];
}

/** Expected loss of uncertainty when this fact becomes known, and how likely each of its values is. */
function tryFact(view: View, now: Sums, { id, place, said }: Possible): Trial {
  const touched = touchedBy(view, id);
  if (touched.length === 0 || said.length === 0) return { gain: 0, shares: [] };
  const table = tableOf(touched.length, said.length);
  touched.forEach((cause, column) => {
    const weigh = tryOf(view, cause, id);
    table.cells[column] = view.weights[cause] as number;
    for (let v = 0; v < said.length; v += 1) {
      view.known[place] = said[v];
      table.cells[(v + 1) * table.width + column] = weigh(view.known);
    }
    view.known[place] = undefined;
  });
  return expected(now, table);
}

/** The weights of the causes a fact touches in a row, and below it a row of the same under each of its values. */
interface Table {
  readonly width: number;
  readonly values: number;
  readonly cells: Float64Array;
}

/** One for all facts: a table each would be most of what a turn throws away. */
let cells = new Float64Array(1024);

function tableOf(width: number, values: number): Table {
  const size = width * (values + 1);
  if (size > cells.length) cells = new Float64Array(size);
  return { width, values, cells };
}

function expected(now: Sums, table: Table): Trial {
  const usual = usualShares(table);
  const rest = sumsOf(table.cells, 0, table.width);
  const restTotal = now.total - rest.total;
  const restLogs = now.logs - rest.logs;
  const bets = betsOf(table, usual, restTotal);
  let after = 0;
  const shares = usual.map((likely, v) => {
    const share = ((bets[v] as number) * likely) / now.total;
    const { total, logs } = sumsOf(table.cells, (v + 1) * table.width, table.width);
    after += share * entropyOf(restTotal + total, restLogs + logs);
    return share;
  });
  return { gain: Math.max(0, entropyOf(now.total, now.logs) - after), shares };
}

/**
 * What the causes bet on each value, beside `others`, whom it does not touch; one that every value excludes
 * predicts none of them.
 */
function betsOf(
  { width, values, cells: weight }: Table,
  usual: readonly number[],
  others: number,
): readonly number[] {
  const bets = usual.map(() => others);
  for (let column = 0; column < width; column += 1) {
    let stake = 0;
    for (let v = 0; v < values; v += 1)
      stake += (usual[v] as number) * (weight[(v + 1) * width + column] as number);
    if (stake <= 0) continue;
    for (let v = 0; v < values; v += 1) {
      const bet = (weight[column] as number) * (weight[(v + 1) * width + column] as number);
      bets[v] = (bets[v] as number) + bet / stake;
    }
  }
  return bets;
}

/**
 * How common each answer is among people whose cause says nothing about it. An answer that speaks
 * thirty times louder for one cause must be rare among all others, or the ratio would be a lie.
 */
function usualShares({ width, values, cells: weight }: Table): readonly number[] {
  const room: number[] = [];
  let all = 0;
  for (let v = 1; v <= values; v += 1) {
    let loudest = 1;
    for (let column = 0; column < width; column += 1) {
      loudest = Math.max(loudest, (weight[v * width + column] as number) / (weight[column] as number));
    }
    room.push(1 / Math.min(loudest, MAX_RATIO));
    all += 1 / Math.min(loudest, MAX_RATIO);
  }
  return room.map((one) => one / all);
}

/** With an unclear complaint the goal moves every cause; otherwise only those that speak of the fact. */
function touchedBy(view: View, id: FactId): readonly number[] {
  if (id === 'goal') return view.symptom === 'other' ? view.weights.map((_, place) => place) : [];
  return (view.model.byFact.get(id) ?? []).filter((place) => (view.weights[place] as number) > 0);
}

function tryOf(view: View, place: number, id: FactId): Try {
  const cause = view.model.causes[place] as CauseModel;
  const now = view.standings[place] as Standing;
  // The goal changes the prior itself, so everything has to be weighed anew.
  if (id === 'goal') return (after) => standing(cause, view.symptom, view.hints[place] ?? 0, after).weight;
  return trialOf(cause, now, id, view.known) ?? (() => now.weight);
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

interface Sums {
  readonly total: number;
  readonly logs: number;
}

/** Sum of the weights and sum of w log w: all that entropy needs, and both can be added up in parts. */
function sumsOf(weights: ArrayLike<number>, from = 0, count = weights.length): Sums {
  let total = 0;
  let logs = 0;
  for (let i = from; i < from + count; i += 1) {
    const weight = weights[i] as number;
    if (weight <= 0) continue;
    total += weight;
    logs += weight * Math.log2(weight);
  }
  return { total, logs };
}

/** Entropy of weights that add up to W: log W - (sum of w log w) / W. */
function entropyOf(total: number, logs: number): number {
  return total > 0 ? Math.log2(total) - logs / total : 0;
}
