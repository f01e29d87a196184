/**
 * From facts to causes: what explains the complaint, what to ask next, and when to stop.
 *
 * The causes compete for the complaint, so an answer that raises one lowers the others. Causes settled
 * by hard rules do not compete: several obstacles may stand at once, and all of them are told, in the
 * order in which they must be mended.
 */
import type { Evidence, Fact, FactId, Finding } from '../domain/fact.ts';
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';
import type { CauseEntry } from '../knowledge/schema/cause.ts';
import { witnesses } from './conditions.ts';
import { explain } from './explain.ts';
import { type FactBook, factBook, type Known, knownIn } from './fact-book.ts';
import type { KnownFactId } from './facts.ts';
import { type CauseModel, hintsOf, modelOf, type Standing, standing } from './model.ts';
import { bestQuestion, lookupWorth, mayLookUp, type RecordsAccess, trials, type View } from './questions.ts';

/** No citizen is asked more than this; after it the best guesses go to a person. */
export const MAX_QUESTIONS = 6;
/** Sure enough to say so; a little less will do once three questions were asked. */
const SURE = 0.75;
const SURE_AFTER_THREE = 0.55;
/** And then only when nothing else comes near. */
const LEAD_AFTER_THREE = 5;
const MAX_FINDINGS = 5;
const MIN_SHOWN = 0.03;
/** Probability of a cause settled by records or rules alone, and by something said. */
const SETTLED_BY_RECORDS = 0.97;
const SETTLED_BY_WORDS = 0.92;
/** What is left of the other causes once one is settled. */
const EXPLAINED_AWAY = 0.2;
/** Share of the weight of all causes that stands for something we do not list. */
const UNEXPLAINED_SHARE = 0.06;

export interface DiagnosisInput {
  readonly symptom: Symptom;
  readonly facts: readonly Fact[];
  /** What the words alone suggest. */
  readonly hints?: readonly Scored<CauseId>[];
  /** Questions answered with 不知道. */
  readonly skipped?: readonly FactId[];
  /** Questions asked so far, answered or not. */
  readonly asked?: number;
  /** Default `locked`; taken as `closed` when a looked-up fact is already there. */
  readonly records?: RecordsAccess;
}

export interface Diagnosis {
  /** Settled causes first, in mending order; then the others, likeliest first. */
  readonly findings: readonly Finding[];
  /** Sure enough to tell the citizen; false means guesses, which are not told as truth. */
  readonly settled: boolean;
  /** How many of the findings, from the first, are to be told. 0 unless settled. */
  readonly told: number;
  readonly next?: { readonly fact: KnownFactId; readonly choices: readonly string[] };
  /** The records would tell more for what they cost than the next question. */
  readonly lookup: boolean;
}

interface Judged extends Standing {
  readonly model: CauseModel;
  readonly p: number;
}

/**
 * Causes that explain the complaint under the facts. Never throws and never guesses: an unknown fact
 * neither weakens nor excludes a cause, and a fact we cannot read is left out.
 */
export function diagnose(causes: ReadonlyMap<CauseId, CauseEntry>, input: DiagnosisInput): Diagnosis {
  const model = modelOf(causes);
  const book = factBook(input.facts);
  const known = knownIn(book);
  const hints = hintsOf(model, input.hints ?? []);
  const standings = model.causes.map((cause, place) =>
    standing(cause, input.symptom, hints[place] ?? 0, known),
  );
  const weights = standings.map(({ weight }) => weight);
  const judged = judge(model.causes, standings, unexplained(weights), book);
  const findings = judged.slice(0, MAX_FINDINGS).map((one) => findingOf(one, book, known));
  const asked = Math.max(0, input.asked ?? 0);
  const told = countTold(judged, findings, asked);
  if (told > 0) return { findings, settled: true, told, lookup: false };
  const view: View = {
    model,
    symptom: input.symptom,
    hints,
    book,
    known,
    standings,
    weights,
    unexplained: unexplained(weights),
  };
  return { findings, settled: false, told, ...nextStep(view, input, asked) };
}

function nextStep(view: View, input: DiagnosisInput, asked: number): Pick<Diagnosis, 'next' | 'lookup'> {
  const seen = [...view.book.values()].some((fact) => fact.origin.kind === 'looked_up');
  const access = seen ? 'closed' : (input.records ?? 'locked');
  // Whoever has told a fact of their own accord has been listened to as well.
  const said = [...view.book.values()].filter((fact) => fact.origin.kind === 'said').length;
  const told = Math.max(asked, said);
  const skipped = new Set(input.skipped ?? []);
  const tried = trials(view, {
    isAsked: (fact) => asked < MAX_QUESTIONS && !skipped.has(fact),
    records: mayLookUp(access, told),
  });
  const worth = lookupWorth(view, tried, access, told);
  const question = asked < MAX_QUESTIONS ? bestQuestion(tried, skipped, asked) : undefined;
  const lookup = worth > (question?.perCost ?? 0);
  return question === undefined
    ? { lookup }
    : { lookup, next: { fact: question.fact, choices: question.choices } };
}

/** Without any evidence even the likeliest cause is a guess, however few others are listed. */
function countTold(judged: readonly Judged[], findings: readonly Finding[], asked: number): number {
  const settled = judged.slice(0, MAX_FINDINGS).filter((one) => one.settled).length;
  if (settled > 0) return settled;
  const [top, second] = findings;
  if (top === undefined || top.because.length === 0) return 0;
  const leads = top.p >= LEAD_AFTER_THREE * (second?.p ?? 0);
  return top.p >= SURE || (asked >= 3 && leads && top.p >= SURE_AFTER_THREE) ? 1 : 0;
}

function judge(
  causes: readonly CauseModel[],
  standings: readonly Standing[],
  rest: number,
  book: FactBook,
): readonly Judged[] {
  const open = standings.reduce((sum, one) => sum + (one.settled ? 0 : one.weight), rest);
  const left = standings.some((one) => one.settled) ? EXPLAINED_AWAY : 1;
  return causes
    .map((model, place): Judged => {
      const one = standings[place] as Standing;
      const p = one.settled ? settledProbability(model, book) : open > 0 ? (one.weight / open) * left : 0;
      return { ...one, model, p };
    })
    .filter((one) => one.settled || one.p >= MIN_SHOWN)
    .sort(byTelling);
}

function byTelling(a: Judged, b: Judged): number {
  if (a.settled !== b.settled) return a.settled ? -1 : 1;
  const order = a.model.entry.mend_order - b.model.entry.mend_order;
  return a.settled ? order || b.p - a.p : b.p - a.p || order;
}

function settledProbability(model: CauseModel, book: FactBook): number {
  const proof = model.entry.settled_if;
  const facts = proof === undefined ? [] : witnesses(proof, (id) => book.get(id));
  return facts.some((fact) => fact.origin.kind === 'said') ? SETTLED_BY_WORDS : SETTLED_BY_RECORDS;
}

function unexplained(weights: readonly number[]): number {
  // Of the weights below a settled one: a settled cause must not lift the unknown with it.
  const likely = weights.filter((weight) => weight > 0 && weight < 100);
  return Math.max(0.5, UNEXPLAINED_SHARE * likely.reduce((sum, weight) => sum + weight, 0));
}

function findingOf({ model, p }: Judged, book: FactBook, known: Known): Finding {
  const lookup = (id: FactId) => book.get(id);
  const { settled_if: proof, id } = model.entry;
  const ruled = proof !== undefined && model.isSettled(known) === true ? witnesses(proof, lookup) : [];
  const true_ = model.rules
    .filter((rule) => rule.check(known) === true)
    .toSorted((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)));
  const facts = (rules: typeof true_) => rules.flatMap((rule) => witnesses(rule.condition, lookup));
  const because = distinct([...ruled, ...facts(true_.filter((rule) => rule.ratio > 1))]);
  const against = distinct(facts(true_.filter((rule) => rule.ratio < 1))).filter(
    (evidence) => !because.some(({ fact }) => fact === evidence.fact),
  );
  return { cause: id, p, because, against, remedy: explain(model.entry, [...book.values()]).remedy };
}

function distinct(facts: readonly Fact[]): readonly Evidence[] {
  return [...new Map(facts.map((fact) => [fact.id, evidenceOf(fact)])).values()];
}

function evidenceOf({ id, value, origin }: Fact): Evidence {
  const base = { fact: id, value, origin: origin.kind };
  if (origin.kind === 'looked_up') return { ...base, at: origin.at };
  return origin.kind === 'rule' ? { ...base, source: origin.source } : base;
}
