/**
 * Linear classifiers that keep one label apart from all others by a margin (squared hinge loss, dual
 * coordinate descent as in liblinear), one for each label. The order of training is fixed: the same
 * data give the same weights.
 */
import type { Packed } from './packed.ts';
import type { Labelled, Sample } from './vocabulary.ts';

const ROUNDS = 12;
/** What a mistake costs; on the label's own sentences, which are few, it costs more. */
const COST = 1;
const OWN_COST = 3;
/** Value of the constant feature: small, so that frequent labels gain little by being frequent. */
const BIAS = 0.3;

/** Weights, feature by feature: those of feature `f` stand from `f * labels` on; the last row is the bias. */
export function trainMargins(samples: readonly Labelled[], labels: number, features: number): Float32Array {
  const weights = new Float32Array((features + 1) * labels);
  const scales = samples.map(scaleOf);
  for (let label = 0; label < labels; label += 1) {
    const own = separate(samples, scales, label, features);
    for (let f = 0; f <= features; f += 1) weights[f * labels + label] = own[f] as number;
  }
  return weights;
}

function separate(
  samples: readonly Labelled[],
  scales: readonly number[],
  label: number,
  features: number,
): Float64Array {
  const weights = new Float64Array(features + 1);
  const pulls = new Float64Array(samples.length);
  const order = Int32Array.from(samples, (_, index) => index);
  let seed = label + 7;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let i = order.length - 1; i > 0; i -= 1) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      const j = (seed >>> 8) % (i + 1);
      const kept = order[i] as number;
      order[i] = order[j] as number;
      order[j] = kept;
    }
    for (const index of order) {
      const sample = samples[index] as Labelled;
      const scale = scales[index] as number;
      const side = sample.label === label ? 1 : -1;
      const slack = 1 / (2 * (side > 0 ? COST * OWN_COST : COST));
      const pull = pulls[index] as number;
      let sum = 0;
      for (const feature of sample.known) sum += weights[feature] as number;
      const gradient = side * (sum * scale + (weights[features] as number) * BIAS) - 1 + pull * slack;
      if (pull === 0 && gradient >= 0) continue;
      // Samples have the length one, the constant feature aside.
      const length = (sample.known.length > 0 ? 1 : 0) + BIAS ** 2;
      const next = Math.max(0, pull - gradient / (length + slack));
      const step = (next - pull) * side;
      if (step === 0) continue;
      pulls[index] = next;
      for (const feature of sample.known) weights[feature] = (weights[feature] as number) + step * scale;
      weights[features] = (weights[features] as number) + step * BIAS;
    }
  }
  return weights;
}

/** Long sentences must not shout louder than short ones. */
function scaleOf({ known }: Sample): number {
  return known.length === 0 ? 0 : 1 / Math.sqrt(known.length);
}

/** How far the sample is on the side of each label: about 1 when it is one of them, -1 when not. */
export function marginScores({ step, steps }: Packed, sample: Sample, labels: number): Float64Array {
  const scores = new Float64Array(labels);
  const { known } = sample;
  for (let i = 0; i < known.length; i += 1) {
    const row = (known[i] as number) * labels;
    for (let c = 0; c < labels; c += 1) scores[c] = (scores[c] as number) + (steps[row + c] as number);
  }
  const scale = scaleOf(sample) * step;
  const last = steps.length - labels;
  for (let c = 0; c < labels; c += 1) {
    scores[c] = (scores[c] as number) * scale + (steps[last + c] as number) * step * BIAS;
  }
  return scores;
}
