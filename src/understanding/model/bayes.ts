/**
 * Naive Bayes by `natural`. Only its classifier file is loaded: the whole package prints at import,
 * reads `.env` and costs 118 MB. Training goes through natural's own `addDocument` and `train`;
 * only the step that turns a document into a 0/1 list is replaced, because natural's compares every
 * feature with every word (seconds on our sizes). Scores are then computed sparsely from natural's
 * counts, in logarithms, so that long sentences do not underflow; a test holds both to the same order
 * and probabilities.
 */
import { createRequire } from 'node:module';
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

/** log P(feature | label) row by row as in the softmax weights; the last row holds log P(label). */
export function logTable(
  bayes: NaturalBayes,
  labels: readonly string[],
  idOf: (feature: string) => number | undefined,
  features: number,
): Float32Array {
  const { classFeatures, classTotals, totalExamples, smoothing } = bayes.classifier;
  const table = new Float32Array((features + 1) * labels.length);
  const rows = Object.keys(bayes.features).map(idOf);
  labels.forEach((label, c) => {
    const total = classTotals[label] ?? 1;
    const unseen = Math.log(smoothing / total);
    const counts = classFeatures[label] ?? {};
    table[features * labels.length + c] = Math.log(total / totalExamples);
    rows.forEach((row, index) => {
      if (row === undefined) return;
      const count = counts[index];
      table[row * labels.length + c] = count === undefined ? unseen : Math.log(count / total);
    });
  });
  return table;
}

/** Logarithm of what natural calls `value`, label by label. */
export function bayesScores(
  table: Float32Array,
  sample: Sample,
  labels: number,
  features: number,
): Float64Array {
  const scores = new Float64Array(labels);
  for (let c = 0; c < labels; c += 1) scores[c] = table[features * labels + c] as number;
  for (const feature of sample.known) {
    const row = feature * labels;
    for (let c = 0; c < labels; c += 1) scores[c] = (scores[c] as number) + (table[row + c] as number);
  }
  return scores;
}
