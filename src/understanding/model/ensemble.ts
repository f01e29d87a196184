/**
 * Small models that err differently, and the mean of their opinions: margins between labels, naive
 * Bayes, and the nearest sentences; where labels fall into groups (by topic, by act) margins between
 * the groups as well. The mean is geometric (scores are added, then made probabilities), so that a
 * model which excludes a label is heard.
 */
import { bayesScores, logTable, trainNatural } from './bayes.ts';
import { marginScores, trainMargins } from './margin.ts';
import { Neighbours } from './neighbours.ts';
import { type Packed, pack, packIntegers, unpack, unpackIntegers } from './packed.ts';
import { type Labelled, type Sample, softmaxInto, Vocabulary } from './vocabulary.ts';

export interface Example<Label extends string> {
  readonly features: readonly string[];
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
  readonly features: readonly string[];
  readonly margins: Packed;
  readonly bayes: Packed;
  readonly groups: readonly Packed[];
  /** The training sentences: how many features, which, and whose. */
  readonly lengths: string;
  readonly known: string;
  readonly labelOf: string;
}

/** From this many features on, a sentence repeats itself in naive Bayes' eyes. */
const PLAIN_LENGTH = 20;

export class Ensemble<Label extends string> {
  readonly labels: readonly Label[];
  private readonly vocabulary: Vocabulary;
  private readonly margins: Float32Array;
  private readonly bayes: Float32Array;
  private readonly neighbours: Neighbours;
  private readonly groups: readonly Group[];
  private readonly weights: Weights;

  constructor(trained: Trained, { weights, groupings }: Shape<Label>) {
    this.labels = trained.labels as readonly Label[];
    this.weights = weights;
    this.vocabulary = new Vocabulary(trained.features);
    this.margins = unpack(trained.margins);
    this.bayes = unpack(trained.bayes);
    this.neighbours = new Neighbours(samplesOf(trained), this.labels.length, this.vocabulary.size);
    this.groups = groupings.map((groupOf, index) => ({
      ...grouped(this.labels.map(groupOf)),
      margins: unpack(trained.groups[index] as Packed),
    }));
  }

  /** Probability of each label, in the order of `labels`. */
  probabilities(features: readonly string[]): Float64Array {
    const size = this.labels.length;
    const sample = this.vocabulary.read(features);
    const room = this.vocabulary.size;
    const margins = marginScores(this.margins, sample, size, room);
    const bayes = bayesScores(this.bayes, sample, size, room);
    const near = this.neighbours.likeness(sample);
    const groups = this.groups.map(({ of, names, margins: own }) => ({
      of,
      scores: marginScores(own, sample, names.length, room),
    }));
    const { weights } = this;
    const calm = Math.max(1, Math.sqrt(sample.known.length / PLAIN_LENGTH));
    return softmaxInto(
      margins.map(
        (score, c) =>
          weights.margins * score +
          (weights.bayes / calm) * (bayes[c] as number) +
          weights.neighbours * (near[c] as number) +
          weights.groups *
            groups.reduce((sum, { of, scores }) => sum + (scores[of[c] as number] as number), 0),
      ),
    );
  }
}

interface Group {
  readonly names: readonly string[];
  /** Index of the group of each label. */
  readonly of: readonly number[];
  readonly margins: Float32Array;
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
  const vocabulary = new Vocabulary();
  const samples: Labelled[] = examples.map(({ features, label }) => ({
    known: vocabulary.learn(features),
    unknown: 0,
    label: numbers.get(label) ?? 0,
  }));
  const { size } = vocabulary;
  const idOf = (feature: string) => vocabulary.idOf(feature);
  return {
    labels,
    features: vocabulary.features,
    margins: pack(trainMargins(samples, labels.length, size)),
    bayes: pack(logTable(trainNatural(examples), labels, idOf, size)),
    groups: groupings.map((groupOf) => {
      const { names, of } = grouped(labels.map(groupOf));
      const regrouped = samples.map((sample) => ({ ...sample, label: of[sample.label] as number }));
      return pack(trainMargins(regrouped, names.length, size));
    }),
    lengths: packIntegers(Uint16Array.from(samples, ({ known }) => known.length)),
    known: packIntegers(Uint16Array.from(samples.flatMap(({ known }) => [...known]))),
    labelOf: packIntegers(Uint16Array.from(samples, ({ label }) => label)),
  };
}

function samplesOf({ lengths, known, labelOf }: Trained): Labelled[] {
  const all = unpackIntegers(known);
  const labels = unpackIntegers(labelOf);
  let at = 0;
  return Array.from(unpackIntegers(lengths), (length, index) => {
    const own: Sample = { known: all.subarray(at, at + length), unknown: 0 };
    at += length;
    return { ...own, label: labels[index] as number };
  });
}
