/**
 * Chooses the numbers of fitted.ts by cross-validation. What it is given to read are the sentences we
 * learn from; it never sees those that measure us.
 */
import type { Knowledge } from '../knowledge/knowledge.ts';
import { foldsOf, type HeldOut, type Source } from './folds.ts';
import { keyOf, learn } from './heads.ts';
import { createJudge } from './judge.ts';
import { signsOf } from './policy.ts';
import { type Fitted, measuresOf, type Signs, type TrustWeights, trustIn } from './trust.ts';

/** Of what we act on at once, so much shall be right; a bit more than is promised, for strangers write otherwise. */
const RIGHT_WHEN_ACTING = 0.975;
/** At most this share of strangers' questions may be acted on. */
const OUTSIDERS_ANSWERED = 0.015;
/** At most this share of our own sentences may be turned away at the gate. */
const TURNED_AWAY = 0.015;

export interface FitOptions {
  readonly folds: number;
  readonly seeds: readonly number[];
  /** Any day: dates in the sentences are read and then not looked at. */
  readonly asOf: string;
}

interface Outcome {
  readonly signs: Signs;
  readonly isOutside: boolean;
  readonly isRight: boolean;
}

export function fitThresholds(source: Source, { folds, seeds, asOf }: FitOptions): Fitted {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    for (const fold of foldsOf(source, { folds, seed })) {
      const { reader, heads } = learn(fold.source);
      const judge = createJudge(heads, reader, fold.source.lexicon);
      for (const row of fold.heldOut) {
        // Cause sentences state a reason and ask for nothing: they would count as easy complaints.
        if (row.cause !== undefined) continue;
        const judged = judge(reader.read(row.text, { asOf }));
        outcomes.push(outcomeOf(row, judged, source.intents));
      }
    }
  }
  const trust = regression(outcomes);
  const gate = gateFor(outcomes);
  return { data: dataVersion(source), gate, act: actFor(outcomes, gate, trust), trust };
}

/** Short name of the sentences that thresholds belong to. */
export function dataVersion(source: Source): string {
  return keyOf(source).slice(0, 12);
}

function outcomeOf(
  row: HeldOut,
  judged: Parameters<typeof signsOf>[0],
  intents: Knowledge['intents'],
): Outcome {
  const isOutside = intents.get(row.intent)?.leads_to === 'out_of_scope';
  return {
    signs: signsOf(judged, intents),
    isOutside,
    isRight: !isOutside && judged.intents[0]?.id === row.intent,
  };
}

const STEPS = 4000;
const RATE = 0.05;

/** Logistic regression by plain descent: four numbers, thousands of rows. */
function regression(outcomes: readonly Outcome[]): TrustWeights {
  const rows = outcomes.map(({ signs, isRight }) => ({ x: [1, ...measuresOf(signs)], y: isRight ? 1 : 0 }));
  const weights = [0, 0, 0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    const slope = [0, 0, 0, 0];
    for (const { x, y } of rows) {
      const sum = x.reduce((total, value, k) => total + value * (weights[k] as number), 0);
      const miss = 1 / (1 + Math.exp(-sum)) - y;
      for (let k = 0; k < 4; k += 1) slope[k] = (slope[k] as number) + miss * (x[k] as number);
    }
    for (let k = 0; k < 4; k += 1)
      weights[k] = (weights[k] as number) - (RATE * (slope[k] as number)) / rows.length;
  }
  const [bias, gate, sure, ahead] = weights.map((weight) => rounded(weight)) as [
    number,
    number,
    number,
    number,
  ];
  return { bias, gate, sure, ahead };
}

/** The highest gate that turns hardly anybody away. */
function gateFor(outcomes: readonly Outcome[]): number {
  const ours = outcomes.filter(({ isOutside }) => !isOutside).map(({ signs }) => signs.ours);
  ours.sort((a, b) => a - b);
  return Math.min(0.8, Math.max(0.5, rounded(ours[Math.floor(ours.length * TURNED_AWAY)] ?? 0.5)));
}

/** The lowest trust at which those we act on are right often enough and strangers are hardly among them. */
function actFor(outcomes: readonly Outcome[], gate: number, trust: TrustWeights): number {
  const strangers = outcomes.filter(({ isOutside }) => isOutside).length;
  const sorted = outcomes
    .filter(({ signs }) => signs.ours >= gate)
    .map((outcome) => ({ ...outcome, trust: trustIn(outcome.signs, trust) }))
    .sort((a, b) => b.trust - a.trust);
  let acted = 0;
  let right = 0;
  let answered = 0;
  let act = 1;
  for (const outcome of sorted) {
    if (outcome.isOutside) answered += 1;
    else {
      acted += 1;
      right += outcome.isRight ? 1 : 0;
    }
    const isGood = right >= acted * RIGHT_WHEN_ACTING && answered <= strangers * OUTSIDERS_ANSWERED;
    if (isGood) act = outcome.trust;
  }
  return rounded(act);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
