/** Nearest training sentences by the cosine of their features, rare features weighing more. */
import type { Labelled, Sample } from './vocabulary.ts';

const NEAREST = 3;

export class Neighbours {
  /** The sentences of each feature, one after another, and where those of a feature begin. */
  private readonly postings: Uint16Array;
  private readonly begins: Uint32Array;
  private readonly weights: Float32Array;
  private readonly norms: Float32Array;
  private readonly labelOf: Uint8Array;
  private readonly labels: number;
  private readonly rarest: number;
  /** Used anew for every sentence: one of that size a sentence is what memory would go to. */
  private readonly dots: Float32Array;

  constructor(samples: readonly Labelled[], labels: number, features: number) {
    this.labels = labels;
    this.dots = new Float32Array(samples.length);
    this.labelOf = Uint8Array.from(samples, ({ label }) => label);
    this.begins = beginsOf(samples, features);
    this.postings = postingsOf(samples, this.begins);
    this.rarest = Math.log(1 + samples.length);
    this.weights = new Float32Array(features);
    for (let f = 0; f < features; f += 1) {
      const often = (this.begins[f + 1] as number) - (this.begins[f] as number);
      this.weights[f] = Math.log(1 + samples.length / Math.max(1, often));
    }
    this.norms = Float32Array.from(samples, (sample) => this.norm(sample));
  }

  private norm({ known, unknown }: Sample): number {
    let sum = unknown * this.rarest ** 2;
    for (const feature of known) sum += (this.weights[feature] as number) ** 2;
    return Math.sqrt(sum) || 1;
  }

  /** Likeness to each label, 0 to 1: the mean of its three most similar sentences. */
  likeness(sample: Sample): Float64Array {
    const { dots } = this;
    dots.fill(0);
    for (const feature of sample.known) {
      const weight = (this.weights[feature] as number) ** 2;
      const end = this.begins[feature + 1] as number;
      for (let at = this.begins[feature] as number; at < end; at += 1) {
        const index = this.postings[at] as number;
        dots[index] = (dots[index] as number) + weight;
      }
    }
    const norm = this.norm(sample);
    const best = new Float64Array(this.labels * NEAREST);
    for (let index = 0; index < dots.length; index += 1) {
      if (dots[index] === 0) continue;
      insert(
        best,
        (this.labelOf[index] as number) * NEAREST,
        (dots[index] as number) / (norm * (this.norms[index] as number)),
      );
    }
    return Float64Array.from({ length: this.labels }, (_, c) => {
      const at = c * NEAREST;
      return ((best[at] as number) + (best[at + 1] as number) + (best[at + 2] as number)) / NEAREST;
    });
  }
}

function beginsOf(samples: readonly Labelled[], features: number): Uint32Array {
  const begins = new Uint32Array(features + 1);
  for (const { known } of samples) for (const f of known) begins[f + 1] = (begins[f + 1] as number) + 1;
  for (let f = 0; f < features; f += 1) begins[f + 1] = (begins[f + 1] as number) + (begins[f] as number);
  return begins;
}

function postingsOf(samples: readonly Labelled[], begins: Uint32Array): Uint16Array {
  const postings = new Uint16Array(begins.at(-1) ?? 0);
  const next = begins.slice();
  samples.forEach(({ known }, index) => {
    for (const f of known) {
      postings[next[f] as number] = index;
      next[f] = (next[f] as number) + 1;
    }
  });
  return postings;
}

/** Keeps the three greatest in falling order. */
function insert(best: Float64Array, at: number, value: number): void {
  let place = at + NEAREST - 1;
  if (value <= (best[place] as number)) return;
  while (place > at && (best[place - 1] as number) < value) {
    best[place] = best[place - 1] as number;
    place -= 1;
  }
  best[place] = value;
}
