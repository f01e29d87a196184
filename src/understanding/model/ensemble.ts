/**
 * Small models that err differently, and the mean of their opinions: margins between labels, naive
 * Bayes, and the nearest sentences; where labels fall into groups (by topic, by act) margins between
 * the groups as well. The mean is geometric (scores are added, then made probabilities), so that a
 * model which excludes a label is heard.
 */
import type { Feature } from '../features.ts';
import { bayesScores, type Counted, countedBy, trainNatural } from './bayes.ts';
import { marginScores, trainMargins } from './margin.ts';
import { Neighbours, type Taught, teach } from './neighbours.ts';
import { type Packed, pack } from './packed.ts';
import { type Labelled, Numbering, type Sample, softmaxInto, type Vocabulary } from './vocabulary.ts';

export interface Example<Label extends string> {
  readonly features: readonly Feature[];
  readonly label: Label;
}

/** How much each opinion counts; their size also sets how sure the mean is. Found by cross-validation. */
export interface Weights {
  readonly margins: number;
  readonly bayes: number;
  readonly neighbours: number;
  /** Of each grouping. */
  readonly groups: number;
}

export interface Shape<Label extends string> {
  readonly weights: Weights;
  /** Names the group of a label. */
  readonly groupings: readonly ((label: Label) => string)[];
}

/** All that training gives, in a form that can be kept. */
export interface Trained {
  readonly labels: readonly string[];
  /** The features of this head's own sentences, in the order of its own numbers. */
  readonly features: Uint32Array;
  readonly margins: Packed;
  readonly bayes: Counted;
  readonly groups: readonly Packed[];
  readonly neighbours: Taught;
}

/** From this many features on, a sentence repeats itself in naive Bayes' eyes. */
const PLAIN_LENGTH = 20;

export class Ensemble<Label extends string> {
  readonly labels: readonly Label[];
  private readonly trained: Trained;
  /** From a number of the vocabulary to one of our own and one; 0 where we were never taught the feature. */
  private readonly own: Uint16Array;
  private readonly neighbours: Neighbours;
  private readonly groups: readonly Group[];
  private readonly weights: Weights;

  constructor(trained: Trained, { weights, groupings }: Shape<Label>, vocabulary: Vocabulary) {
    this.labels = trained.labels as readonly Label[];
    this.weights = weights;
    this.trained = trained;
    this.own = new Uint16Array(vocabulary.features.length);
    trained.features.forEach((feature, f) => {
      this.own[vocabulary.idOf(feature)] = f + 1;
    });
    this.neighbours = new Neighbours(trained.neighbours);
    this.groups = groupings.map((groupOf, index) => ({
      ...grouped(this.labels.map(groupOf)),
      margins: trained.groups[index] as Packed,
    }));
  }

  /**
   * Probability of each label, in the order of `labels`.
   * @param ids numbers of the sentence's features in the vocabulary, -1 for those it lacks
   */
  probabilities(ids: Int32Array): Float64Array {
    const sample = this.sampleOf(ids);
    const { trained, weights } = this;
    const scores = marginScores(trained.margins, sample, this.labels.length);
    const bayes = bayesScores(trained.bayes, sample);
    const near = this.neighbours.likeness(sample);
    const calm = Math.max(1, Math.sqrt(sample.known.length / PLAIN_LENGTH));
    for (let c = 0; c < scores.length; c += 1) {
      scores[c] =
        weights.margins * (scores[c] as number) +
        (weights.bayes / calm) * (bayes[c] as number) +
        weights.neighbours * (near[c] as number);
    }
    for (const { of, names, margins } of this.groups) {
      const own = marginScores(margins, sample, names.length);
      for (let c = 0; c < scores.length; c += 1)
        scores[c] = (scores[c] as number) + weights.groups * (own[of[c] as number] as number);
    }
    return softmaxInto(scores);
  }

  private sampleOf(ids: Int32Array): Sample {
    const known = new Uint16Array(ids.length);
    let size = 0;
    for (let i = 0; i < ids.length; i += 1) {
      const own = (ids[i] as number) < 0 ? 0 : (this.own[ids[i] as number] as number);
      if (own === 0) continue;
      known[size] = own - 1;
      size += 1;
    }
    return { known: known.subarray(0, size), unknown: ids.length - size };
  }
}

interface Group {
  readonly names: readonly string[];
  /** Index of the group of each label. */
  readonly of: readonly number[];
  readonly margins: Packed;
}

function grouped(groupOf: readonly string[]): Pick<Group, 'names' | 'of'> {
  const names = [...new Set(groupOf)];
  return { names, of: groupOf.map((group) => names.indexOf(group)) };
}

export function train<Label extends string>(
  examples: readonly Example<Label>[],
  { groupings }: Pick<Shape<Label>, 'groupings'>,
): Trained {
  const labels = [...new Set(examples.map(({ label }) => label))];
  const numbers = new Map(labels.map((label, index) => [label, index]));
  const numbering = new Numbering();
  const samples: Labelled[] = examples.map(({ features, label }) => ({
    known: numbering.learn(features),
    unknown: 0,
    label: numbers.get(label) ?? 0,
  }));
  const features = numbering.features;
  const size = features.length;
  const documents = examples.map(({ features: own, label }) => ({ features: own.map(named), label }));
  const idOf = new Map(Array.from(features, (feature, f) => [named(feature), f]));
  return {
    labels,
    features,
    margins: pack(trainMargins(samples, labels.length, size)),
    bayes: countedBy(trainNatural(documents), labels, (name) => idOf.get(name) ?? -1, size),
    groups: groupings.map((groupOf) => {
      const { names, of } = grouped(labels.map(groupOf));
      const regrouped = samples.map((sample) => ({ ...sample, label: of[sample.label] as number }));
      return pack(trainMargins(regrouped, names.length, size));
    }),
    neighbours: teach(samples, labels.length, [...features]),
  };
}

/** Natural keeps features as the names of an object: one like an integer would lose its place. */
function named(feature: Feature): string {
  return `f${feature}`;
}
