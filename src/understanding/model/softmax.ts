/** Multinomial logistic regression, trained by AdaGrad in a fixed order: the same data give the same weights. */
import { type Labelled, type Sample, softmaxInto } from './vocabulary.ts';

const EPOCHS = 10;
const RATE = 0.35;
/** Labels that are as good as excluded already are not pushed further: most of the work is spared. */
const NEGLIGIBLE = 2e-3;

/** Weights, feature by feature: those of feature `f` stand from `f * labels` on; the last row is the bias. */
export type Weights = Float32Array;

export function trainSoftmax(samples: readonly Labelled[], labels: number, features: number): Weights {
  const weights = new Float32Array((features + 1) * labels);
  const squares = new Float32Array(weights.length).fill(1e-6);
  const order = samples.map((_, index) => index);
  const scores = new Float64Array(labels);
  let seed = 42;
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    for (let i = order.length - 1; i > 0; i -= 1) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      const j = seed % (i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    for (const index of order) step(weights, squares, samples[index] as Labelled, labels, features, scores);
  }
  return weights;
}

function step(
  weights: Weights,
  squares: Float32Array,
  sample: Labelled,
  labels: number,
  features: number,
  scores: Float64Array,
): void {
  const scale = scaleOf(sample);
  score(weights, sample, labels, features, scale, scores);
  softmaxInto(scores);
  scores[sample.label] = (scores[sample.label] as number) - 1;
  const pushed: number[] = [];
  scores.forEach((gradient, c) => {
    if (Math.abs(gradient) > NEGLIGIBLE) pushed.push(c);
  });
  for (let k = -1; k < sample.known.length; k += 1) {
    const row = (k < 0 ? features : (sample.known[k] as number)) * labels;
    const x = k < 0 ? 1 : scale;
    for (const c of pushed) {
      const at = row + c;
      const weight = weights[at] as number;
      const gradient = (scores[c] as number) * x;
      const square = (squares[at] as number) + gradient * gradient;
      squares[at] = square;
      weights[at] = weight - (RATE * gradient) / Math.sqrt(square);
    }
  }
}

function score(
  weights: Weights,
  sample: Sample,
  labels: number,
  features: number,
  scale: number,
  into: Float64Array,
): void {
  const bias = features * labels;
  for (let c = 0; c < labels; c += 1) into[c] = weights[bias + c] as number;
  for (const feature of sample.known) {
    const row = feature * labels;
    for (let c = 0; c < labels; c += 1) into[c] = (into[c] as number) + scale * (weights[row + c] as number);
  }
}

/** Long sentences must not shout louder than short ones. */
function scaleOf(sample: Sample): number {
  return 1 / Math.sqrt(Math.max(1, sample.known.length));
}

/** Logarithms of the probabilities, label by label. */
export function softmaxScores(
  weights: Weights,
  sample: Sample,
  labels: number,
  features: number,
): Float64Array {
  const scores = new Float64Array(labels);
  score(weights, sample, labels, features, scaleOf(sample), scores);
  return scores;
}
