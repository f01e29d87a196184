/** A sentence in all the forms the later steps want, found once. */
import type { Reaction } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createEntityFinder, type Found } from './entities.ts';
import { createFold, type Feature, featuresOf, masked } from './features.ts';
import { createNormalizer } from './normalize.ts';
import { createReactions } from './reactions.ts';
import { Repair } from './repair.ts';
import { type Counts, countPairs, createSettle, Pairs } from './settle.ts';
import type { Listening } from './understander.ts';

export interface Sentence extends Found {
  readonly original: string;
  /** Normalised and repaired; single spaces stand where punctuation was. */
  readonly text: string;
  readonly repaired: readonly string[];
  readonly reaction: Reaction | undefined;
}

export interface Reader {
  read(original: string, listening: Pick<Listening, 'asOf' | 'region'>): Sentence;
  /** Features of a training sentence, as it is written. */
  featurize(text: string): readonly Feature[];
  /** Features of a sentence that was read, and of a clause of one. */
  featuresOf(sentence: Sentence): readonly Feature[];
  featuresOfClause(text: string): readonly Feature[];
}

type Source = Pick<Knowledge, 'intents' | 'lexicon' | 'regions'>;

/** @param counted the pairs of the training sentences, where they need not be counted anew */
export function createReader(source: Source, counted: Counts = pairsOf(source)): Reader {
  const { lexicon } = source;
  const normalize = createNormalizer(lexicon.patterns.variants);
  const finder = createEntityFinder(source);
  const pairs = new Pairs(counted);
  const rightAsItStands = new Set(lexicon.patterns.never_repair);
  const repair = new Repair({
    terms: lexicon.terms,
    // Every pair of characters that a training sentence uses is right, and so are the listed words.
    known: { has: (word) => rightAsItStands.has(word) || pairs.has(word) },
    typed: [
      ...Object.values(lexicon.relations).flatMap(({ words }) => words),
      ...Object.values(lexicon.patterns.folded).flat(),
    ],
  });
  const findReaction = createReactions(lexicon.patterns);
  const fold = createFold(lexicon.patterns.folded);
  const settle = createSettle(pairs, lexicon.patterns.lookalikes);
  const featurize = (text: string) => {
    const { spans, concepts } = finder.outline(text);
    return featuresOf(fold(masked(text, spans)), concepts);
  };
  return {
    read(original, { asOf, region }) {
      const { tracked, as } = repair.apply(normalize(original));
      const found = finder.find(tracked, { original, asOf, near: region });
      return { original, text: tracked.text, repaired: as, reaction: findReaction(tracked.text), ...found };
    },
    featurize: (text) => featurize(normalize(text).text),
    featuresOf({ text, spans, concepts }) {
      const settled = settle(text);
      return settled === text ? featuresOf(fold(masked(text, spans)), concepts) : featurize(settled);
    },
    featuresOfClause: (text) => featurize(settle(text)),
  };
}

export function pairsOf(source: Pick<Source, 'intents' | 'lexicon'>): Counts {
  return countPairs(sentencesOf(source));
}

function sentencesOf({ intents, lexicon }: Pick<Source, 'intents' | 'lexicon'>): readonly string[] {
  return [
    ...[...intents.values()].flatMap(({ examples }) => examples),
    ...Object.values(lexicon.symptoms).flatMap(({ examples }) => examples),
    ...Object.values(lexicon.causes).flatMap(({ examples }) => examples),
    ...Object.values(lexicon.negatives).flat(),
  ];
}
