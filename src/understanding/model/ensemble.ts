/**
 * Three small models that err differently, and the mean of their opinions. The mean is geometric
 * (scores are added, then made probabilities): in cross-validation it is three points better than
 * the arithmetic one, because a model that excludes a label is heard.
 */
import { bayesScores, logTable, trainNatural } from './bayes.ts';
import { Neighbours } from './neighbours.ts';
import { softmaxScores, trainSoftmax } from './softmax.ts';
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

/** How much each opinion counts, found by cross-validation; their size also sets how sure the mean is. */
const WEIGHT = { softmax: 0.4, bayes: 0.1, neighbours: 4.5 } as const;
/** From this many features on, a sentence repeats itself in naive Bayes' eyes. */
const PLAIN_LENGTH = 20;

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
    const idOf = (feature: string) => vocabulary.idOf(feature);
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
    const softmax = softmaxScores(this.trained.softmax, seen, size, this.features);
    const bayes = bayesScores(this.trained.bayes, seen, size, this.features);
    const near = this.neighbours.likeness(seen);
    const calm = Math.max(1, Math.sqrt(own.length / PLAIN_LENGTH));
    return softmaxInto(
      softmax.map(
        (score, c) =>
          WEIGHT.softmax * score +
          (WEIGHT.bayes / calm) * (bayes[c] as number) +
          WEIGHT.neighbours * (near[c] as number),
      ),
    );
  }
}
