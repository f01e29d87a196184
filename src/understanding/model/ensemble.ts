/** Three small models that err differently, and the mean of their probabilities. */
import { bayesScores, calmed, logTable, trainNatural } from './bayes.ts';
import { Neighbours } from './neighbours.ts';
import { softmaxOf, trainSoftmax } from './softmax.ts';
import { type Labelled, type Sample, softmaxInto, type Vocabulary } from './vocabulary.ts';

export interface Example<Label extends string> {
  readonly features: readonly string[];
  readonly label: Label;
}

/** What training costs time for; the rest is rebuilt from the examples at every start. */
export interface Trained {
  readonly softmax: Float32Array;
  readonly bayes: Float32Array;
}

/** Multiplies the softmax scores: features are scaled to length one, which makes it too unsure. */
const SHARPNESS = 1.6;

export class Ensemble<Label extends string> {
  readonly labels: readonly Label[];
  readonly trained: Trained;
  private readonly neighbours: Neighbours;
  private readonly features: number;

  constructor(examples: readonly Example<Label>[], vocabulary: Vocabulary, trained: Trained | undefined) {
    this.labels = [...new Set(examples.map(({ label }) => label))];
    const numbers = new Map(this.labels.map((label, index) => [label, index]));
    const samples: Labelled[] = examples.map(({ features, label }) => ({
      known: vocabulary.learn(features),
      unknown: 0,
      label: numbers.get(label) ?? 0,
    }));
    this.features = vocabulary.size;
    this.trained = trained ?? this.train(examples, samples, vocabulary);
    this.neighbours = new Neighbours(samples, this.labels.length, this.features);
  }

  private train(
    examples: readonly Example<Label>[],
    samples: readonly Labelled[],
    vocabulary: Vocabulary,
  ): Trained {
    const idOf = (feature: string) => vocabulary.read([feature]).known[0];
    return {
      softmax: trainSoftmax(samples, this.labels.length, this.features),
      bayes: logTable(trainNatural(examples), this.labels, idOf, this.features),
    };
  }

  /** Probability of each label, in the order of `labels`. */
  probabilities(sample: Sample): Float64Array {
    const size = this.labels.length;
    // Features learnt by a later head mean nothing here.
    const own = sample.known.filter((feature) => feature < this.features);
    const seen = { known: own, unknown: sample.unknown + sample.known.length - own.length };
    const softmax = softmaxOf(this.trained.softmax, seen, size, this.features, SHARPNESS);
    const bayes = softmaxInto(calmed(bayesScores(this.trained.bayes, seen, size, this.features), own.length));
    const near = this.neighbours.probabilities(seen);
    return softmax.map((p, c) => (p + (bayes[c] as number) + (near[c] as number)) / 3);
  }

  /** Likeness of the nearest training sentences, 0 to 1. */
  likeness(sample: Sample): number {
    return Math.max(0, ...this.neighbours.likeness(sample));
  }
}
