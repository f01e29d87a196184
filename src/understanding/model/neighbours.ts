/**
 * Nearest training sentences by the cosine of their features, rare features weighing more.
 *
 * Each feature lists the sentences that have it. Two kinds list none: what every sentence has is added to all
 * at once, and what always comes with another feature counts with that one.
 */
import { type Feature, twinOf } from '../features.ts';
import type { Labelled, Sample } from './vocabulary.ts';

const NEAREST = 3;

/** The training sentences, those of one label together. */
export interface Taught {
  /** The first sentence of each label, and how many there are in all. */
  readonly starts: Uint16Array;
  /** How many sentences have a feature. */
  readonly often: Uint16Array;
  /** The sentences of each feature, one after another, and where those of a feature begin. */
  readonly postings: Uint16Array;
  readonly begins: Uint32Array;
  /** How often a feature counts beside itself: 1 for one with a twin that lists nothing. */
  readonly twins: Uint8Array;
  readonly norms: Float32Array;
}

export function teach(samples: readonly Labelled[], labels: number, features: readonly Feature[]): Taught {
  const sorted = samples.toSorted((a, b) => a.label - b.label);
  const starts = new Uint16Array(labels + 1);
  for (const { label } of sorted) starts[label + 1] = (starts[label + 1] as number) + 1;
  for (let c = 0; c < labels; c += 1) starts[c + 1] = (starts[c + 1] as number) + (starts[c] as number);
  const often = new Uint16Array(features.length);
  for (const { known } of sorted) for (const f of known) often[f] = (often[f] as number) + 1;
  const twins = new Uint8Array(features.length);
  const isListed = features.map((feature, f) => {
    const twin = twinOf(feature);
    const first = twin === undefined ? -1 : features.indexOf(twin);
    if (first >= 0) twins[first] = 1;
    return first < 0 && often[f] !== sorted.length;
  });
  const begins = new Uint32Array(features.length + 1);
  for (let f = 0; f < features.length; f += 1)
    begins[f + 1] = (begins[f] as number) + (isListed[f] === true ? (often[f] as number) : 0);
  const postings = new Uint16Array(begins.at(-1) ?? 0);
  const next = begins.slice();
  sorted.forEach(({ known }, index) => {
    for (const f of known) {
      if (isListed[f] !== true) continue;
      postings[next[f] as number] = index;
      next[f] = (next[f] as number) + 1;
    }
  });
  const weights = weightsOf(often, sorted.length);
  const norms = Float32Array.from(sorted, ({ known }) => normOf(known, weights));
  return { starts, often, postings, begins, twins, norms };
}

export class Neighbours {
  private readonly taught: Taught;
  private readonly weights: Float32Array;
  private readonly size: number;
  /** Used anew for every sentence, and left empty. */
  private readonly dots: Float32Array;

  constructor(taught: Taught) {
    this.taught = taught;
    this.size = taught.norms.length;
    this.weights = weightsOf(taught.often, this.size);
    this.dots = new Float32Array(this.size);
  }

  /** Likeness to each label, 0 to 1: the mean of its three most similar sentences. */
  likeness({ known, unknown }: Sample): Float64Array {
    const { weights, size } = this;
    const { often, twins } = this.taught;
    let shared = 0;
    for (let i = 0; i < known.length; i += 1) {
      const f = known[i] as number;
      const power = (weights[f] as number) ** 2;
      if (often[f] === size) shared += power;
      else this.spread(f, power * (1 + (twins[f] as number)));
    }
    const rarest = Math.log(1 + size);
    const norm = normOf(known, weights, unknown * rarest ** 2);
    return this.best(shared, NEAREST * norm);
  }

  private spread(feature: number, power: number): void {
    const { dots } = this;
    const { begins, postings } = this.taught;
    const end = begins[feature + 1] as number;
    for (let at = begins[feature] as number; at < end; at += 1) {
      const index = postings[at] as number;
      dots[index] = (dots[index] as number) + power;
    }
  }

  private best(shared: number, scale: number): Float64Array {
    const { dots } = this;
    const { norms, starts } = this.taught;
    const likeness = new Float64Array(starts.length - 1);
    for (let c = 0; c < likeness.length; c += 1) {
      let first = 0;
      let second = 0;
      let third = 0;
      const end = starts[c + 1] as number;
      for (let index = starts[c] as number; index < end; index += 1) {
        const near = ((dots[index] as number) + shared) / (norms[index] as number);
        dots[index] = 0;
        if (near <= third) continue;
        if (near <= second) third = near;
        else {
          third = second;
          if (near <= first) second = near;
          else {
            second = first;
            first = near;
          }
        }
      }
      likeness[c] = (first + second + third) / scale;
    }
    return likeness;
  }
}

function weightsOf(often: Uint16Array, samples: number): Float32Array {
  const weights = new Float32Array(often.length);
  // A plain loop: `from` with a function takes ten times as long.
  for (let f = 0; f < weights.length; f += 1)
    weights[f] = Math.log(1 + samples / Math.max(1, often[f] as number));
  return weights;
}

function normOf(known: Uint16Array, weights: Float32Array, others = 0): number {
  let sum = others;
  for (let i = 0; i < known.length; i += 1) sum += (weights[known[i] as number] as number) ** 2;
  return Math.sqrt(sum) || 1;
}
