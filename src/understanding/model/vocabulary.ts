/** Features of the training sentences, numbered. */
export class Vocabulary {
  private readonly ids: Map<string, number>;

  constructor(features: readonly string[] = []) {
    this.ids = new Map(features.map((feature, index) => [feature, index]));
  }

  get features(): readonly string[] {
    return [...this.ids.keys()];
  }

  get size(): number {
    return this.ids.size;
  }

  learn(features: readonly string[]): Uint16Array {
    return Uint16Array.from(features, (feature) => {
      const known = this.ids.get(feature);
      if (known !== undefined) return known;
      this.ids.set(feature, this.ids.size);
      return this.ids.size - 1;
    });
  }

  idOf(feature: string): number | undefined {
    return this.ids.get(feature);
  }

  /** Known features only, and how many there were that no training sentence has. */
  read(features: readonly string[]): { readonly known: Uint16Array; readonly unknown: number } {
    const ids: number[] = [];
    for (const feature of features) {
      const id = this.ids.get(feature);
      if (id !== undefined) ids.push(id);
    }
    return { known: Uint16Array.from(ids), unknown: features.length - ids.length };
  }
}

/** One sentence as the classifiers take it. */
export interface Sample {
  readonly known: Uint16Array;
  readonly unknown: number;
}

export interface Labelled extends Sample {
  /** Index of its label. */
  readonly label: number;
}

export function softmaxInto(scores: Float64Array): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const e = Math.exp((scores[i] as number) - most);
    scores[i] = e;
    sum += e;
  }
  for (let i = 0; i < scores.length; i += 1) scores[i] = (scores[i] as number) / sum;
  return scores;
}
