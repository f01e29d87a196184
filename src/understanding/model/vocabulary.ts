/** What the training sentences hold, numbered: features, one numbering for all heads, and pairs of characters. */
import { type Feature, hashed } from '../features.ts';

export class Vocabulary {
  /** In the order of their numbers. */
  readonly features: Uint32Array;
  /** A hash table with open places: 0, or a number and one. */
  private readonly places: Uint16Array | Uint32Array;

  constructor(features: Uint32Array) {
    this.features = features;
    const room = 2 ** Math.ceil(Math.log2(2 * features.length + 2));
    this.places = features.length < MOST_FEATURES ? new Uint16Array(room) : new Uint32Array(room);
    for (let id = 0; id < features.length; id += 1) {
      this.places[this.placeOf(features[id] as number)] = id + 1;
    }
  }

  /** Of a feature no sentence has: -1. */
  idOf(feature: Feature): number {
    return (this.places[this.placeOf(feature)] as number) - 1;
  }

  /** Numbers of a sentence's features, -1 for those that are new. */
  read(features: readonly Feature[]): Int32Array {
    const ids = new Int32Array(features.length);
    for (let i = 0; i < ids.length; i += 1) ids[i] = this.idOf(features[i] as number);
    return ids;
  }

  private placeOf(feature: Feature): number {
    const mask = this.places.length - 1;
    let at = hashed(feature) & mask;
    for (;;) {
      const id = this.places[at] as number;
      if (id === 0 || this.features[id - 1] === feature) return at;
      at = (at + 1) & mask;
    }
  }
}

/** Numbers features in the order they are met. */
export class Numbering {
  private readonly ids = new Map<Feature, number>();

  learn(features: readonly Feature[]): Uint16Array {
    return Uint16Array.from(features, (feature) => {
      const known = this.ids.get(feature);
      if (known !== undefined) return known;
      if (this.ids.size >= MOST_FEATURES) throw new RangeError('A model numbers its features in two bytes');
      this.ids.set(feature, this.ids.size);
      return this.ids.size - 1;
    });
  }

  get features(): Uint32Array {
    return Uint32Array.from(this.ids.keys());
  }
}

const MOST_FEATURES = 65_535;

/** One sentence as a classifier takes it. */
export interface Sample {
  /** Features the head was taught, by its own numbers. */
  readonly known: Uint16Array;
  /** How many others there are. */
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
