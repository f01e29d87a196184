/** Nearest training sentences by the cosine of their features, rare features weighing more. */
import type { Labelled, Sample } from './vocabulary.ts';

const NEAREST = 3;

export class Neighbours {
  private readonly postings: readonly Uint16Array[];
  private readonly weights: Float32Array;
  private readonly norms: Float32Array;
  private readonly labelOf: Uint8Array;
  private readonly labels: number;
  private readonly rarest: number;

  constructor(samples: readonly Labelled[], labels: number, features: number) {
    this.labels = labels;
    this.labelOf = Uint8Array.from(samples, ({ label }) => label);
    const lists: number[][] = Array.from({ length: features }, () => []);
    samples.forEach(({ known }, index) => {
      for (const feature of known) (lists[feature] as number[]).push(index);
    });
    this.rarest = Math.log(1 + samples.length);
    this.weights = Float32Array.from(lists, (list) =>
      Math.log(1 + samples.length / Math.max(1, list.length)),
    );
    this.postings = lists.map((list) => Uint16Array.from(list));
    this.norms = Float32Array.from(samples, (sample) => this.norm(sample));
  }

  private norm({ known, unknown }: Sample): number {
    let sum = unknown * this.rarest ** 2;
    for (const feature of known) sum += (this.weights[feature] as number) ** 2;
    return Math.sqrt(sum) || 1;
  }

  /** Likeness to each label, 0 to 1: the mean of its three most similar sentences. */
  likeness(sample: Sample): Float64Array {
    const dots = new Float32Array(this.labelOf.length);
    for (const feature of sample.known) {
      const weight = (this.weights[feature] as number) ** 2;
      for (const index of this.postings[feature] as Uint16Array) {
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
