/**
 * How far a judgement may be trusted: the probability that its first intent is right, outsiders
 * counted as wrong. A logistic regression on three signs, fitted to sentences that were held out.
 */
export interface Fitted {
  /** Names the sentences these numbers were fitted to. */
  readonly data: string;
  /** P(ours) from which on a sentence is let in. */
  readonly gate: number;
  /** Trust from which on we act at once. */
  readonly act: number;
  readonly trust: TrustWeights;
}

export interface TrustWeights {
  readonly bias: number;
  readonly gate: number;
  readonly sure: number;
  readonly ahead: number;
}

export interface Signs {
  /** P(ours). */
  readonly ours: number;
  /** P of the first intent, together with the others of its flow. */
  readonly sure: number;
  /** How far that is ahead of the next which leads elsewhere. */
  readonly ahead: number;
}

/** Beyond these odds one sign says no more: it must not outvote the others. */
const LEAST = 1e-4;
const LEAST_AHEAD = 1e-3;

export function measuresOf({ ours, sure, ahead }: Signs): readonly [number, number, number] {
  return [logit(ours), logit(sure), Math.log(Math.max(LEAST_AHEAD, ahead))];
}

export function trustIn(signs: Signs, { bias, gate, sure, ahead }: TrustWeights): number {
  const [ours, likely, clear] = measuresOf(signs);
  return 1 / (1 + Math.exp(-(bias + gate * ours + sure * likely + ahead * clear)));
}

function logit(p: number): number {
  return Math.log(Math.max(LEAST, p) / Math.max(LEAST, 1 - p));
}
