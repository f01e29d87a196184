/**
 * Naive Bayes by `natural`. Only its classifier file is loaded: the whole package prints at import,
 * reads `.env` and costs 118 MB. Training goes through natural's own `addDocument` and `train`;
 * only the step that turns a document into a 0/1 list is replaced, because natural's compares every
 * feature with every word (seconds on our sizes). Scores are then computed from natural's counts, in
 * logarithms, so that long sentences do not underflow; a test holds both to the same order and
 * probabilities. Most features are new to most labels and then say the same: only the others are kept.
 */
import { createRequire } from 'node:module';
import { pack } from './packed.ts';
import type { Sample } from './vocabulary.ts';

/** What we use of natural's BayesClassifier, and of the counter inside it. */
export interface NaturalBayes {
  readonly classifier: {
    readonly classFeatures: { readonly [label: string]: { readonly [feature: number]: number } };
    readonly classTotals: { readonly [label: string]: number };
    readonly totalExamples: number;
    readonly smoothing: number;
  };
  readonly features: { readonly [feature: string]: number };
  addDocument(features: string[], label: string): void;
  train(): void;
  textToFeatures(features: string[]): number[];
  getClassifications(features: string[]): { readonly label: string; readonly value: number }[];
}
type NaturalBayesClass = new (stemmer: undefined, smoothing: number) => NaturalBayes;

const SMOOTHING = 0.1;

export interface Document {
  /** Names of features; natural numbers them in order of first appearance, as our vocabulary does. */
  readonly features: readonly string[];
  readonly label: string;
}

export function trainNatural(documents: readonly Document[]): NaturalBayes {
  const require = createRequire(import.meta.url);
  const Base = require('natural/lib/natural/classifiers/bayes_classifier.js') as NaturalBayesClass;
  const bayes = new Base(undefined, SMOOTHING);
  for (const { features, label } of documents) bayes.addDocument([...features], label);
  const places = new Map(Object.keys(bayes.features).map((feature, index) => [feature, index]));
  const list = new Array<number>(places.size).fill(0);
  let set: number[] = [];
  // One list for all documents: natural reads it at once and keeps nothing of it.
  bayes.textToFeatures = (features) => {
    for (const place of set) list[place] = 0;
    set = features.flatMap((feature) => places.get(feature) ?? []);
    for (const place of set) list[place] = 1;
    return list;
  };
  bayes.train();
  return bayes;
}

/** Logarithms in steps: of each label, of a feature new to it, and of those it has met by how much they differ. */
export interface Counted {
  readonly step: number;
  readonly prior: Int16Array;
  readonly unseen: Int16Array;
  /** Labels that know a feature, one after another, and where those of a feature begin. */
  readonly begins: Uint32Array;
  readonly labels: Uint8Array;
  readonly more: Int16Array;
}

/**
 * What natural counted.
 * @param idOf our number of one of natural's features; below zero for none
 */
export function countedBy(
  bayes: NaturalBayes,
  labels: readonly string[],
  idOf: (feature: string) => number,
  features: number,
): Counted {
  const { steps, step } = pack(logTable(bayes, labels, idOf, features));
  const size = labels.length;
  const prior = steps.slice(features * size, (features + 1) * size);
  const unseen = steps.slice((features + 1) * size);
  const begins = new Uint32Array(features + 1);
  const known: number[] = [];
  const more: number[] = [];
  for (let f = 0; f < features; f += 1) {
    for (let c = 0; c < size; c += 1) {
      const difference = (steps[f * size + c] as number) - (unseen[c] as number);
      if (difference === 0) continue;
      known.push(c);
      more.push(difference);
    }
    begins[f + 1] = known.length;
  }
  return { step, prior, unseen, begins, labels: Uint8Array.from(known), more: Int16Array.from(more) };
}

/** log P(feature | label) row by row; then a row of log P(label), and one of a feature the label never met. */
function logTable(
  bayes: NaturalBayes,
  labels: readonly string[],
  idOf: (feature: string) => number,
  features: number,
): Float32Array {
  const { classFeatures, classTotals, totalExamples, smoothing } = bayes.classifier;
  const size = labels.length;
  const table = new Float32Array((features + 2) * size);
  const rows = Object.keys(bayes.features).map(idOf);
  labels.forEach((label, c) => {
    const total = classTotals[label] ?? 1;
    const unseen = Math.log(smoothing / total);
    const counts = classFeatures[label] ?? {};
    table[features * size + c] = Math.log(total / totalExamples);
    table[(features + 1) * size + c] = unseen;
    rows.forEach((row, index) => {
      if (row < 0) return;
      const count = counts[index];
      table[row * size + c] = count === undefined ? unseen : Math.log(count / total);
    });
  });
  return table;
}

/** Logarithm of what natural calls `value`, label by label. */
export function bayesScores(counted: Counted, { known }: Sample): Float64Array {
  const { step, prior, unseen, begins, labels, more } = counted;
  const scores = new Float64Array(prior.length);
  for (let c = 0; c < scores.length; c += 1)
    scores[c] = (prior[c] as number) + known.length * (unseen[c] as number);
  for (let i = 0; i < known.length; i += 1) {
    const end = begins[(known[i] as number) + 1] as number;
    for (let at = begins[known[i] as number] as number; at < end; at += 1) {
      const c = labels[at] as number;
      scores[c] = (scores[c] as number) + (more[at] as number);
    }
  }
  for (let c = 0; c < scores.length; c += 1) scores[c] = (scores[c] as number) * step;
  return scores;
}
