/**
 * Other people's engines behind one small door: each is trained on sentences with labels and then ranks
 * labels for a sentence. All see characters one by one and in pairs, except where an engine brings its
 * own way with Chinese.
 */
import { createRequire } from 'node:module';
import { create, insertMultiple, search } from '@orama/orama';
import MiniSearch from 'minisearch';

export interface Example {
  readonly text: string;
  readonly label: string;
}

/** Labels, likeliest first; at least three where there are as many. */
export type Rank = (text: string) => readonly string[] | Promise<readonly string[]>;

export interface Engine {
  readonly name: string;
  /** Set when there can be no training for so many labels. */
  readonly mostLabels?: number;
  train(examples: readonly Example[]): Rank | Promise<Rank>;
}

const LABELS = 3;
/** Hits looked through for three different labels. */
const HITS = 30;
/** With the one it comes with, 1, it is thirty points worse on many classes. */
const SMOOTHING = 0.1;
const require = createRequire(import.meta.url);

export function grams(text: string): string[] {
  const chars = [
    ...text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  ];
  return [...chars, ...chars.slice(1).map((char, index) => `${chars[index]}${char}`)];
}

function distinct(labels: readonly string[]): string[] {
  return [...new Set(labels)].slice(0, LABELS);
}

export const miniSearch: Engine = {
  name: 'MiniSearch 7.2 (BM25)',
  train(examples) {
    const index = new MiniSearch({
      fields: ['text'],
      storeFields: ['label'],
      tokenize: grams,
      searchOptions: { combineWith: 'OR' },
    });
    index.addAll(examples.map((example, id) => ({ id, ...example })));
    return (text) => distinct(index.search(text).map((hit) => String(hit.label)));
  },
};

export const orama: Engine = {
  name: 'Orama 3.1 (BM25)',
  async train(examples) {
    const db = create({
      schema: { text: 'string', label: 'string' } as const,
      components: { tokenizer: { language: 'gongji', normalizationCache: new Map(), tokenize: grams } },
    });
    await insertMultiple(db, [...examples]);
    return async (text) => {
      const { hits } = await search(db, { term: text, properties: ['text'], limit: HITS });
      return distinct(hits.map(({ document }) => document.label));
    };
  },
};

interface NaturalClassifier {
  addDocument(features: string[], label: string): void;
  train(): void;
  getClassifications(features: string[]): { readonly label: string }[];
}

/** As it comes: its own training and its own scoring, fed with features, since its stemmer is English. */
export const naturalBayes: Engine = {
  name: 'natural 8.1 Bayes',
  mostLabels: 200,
  train(examples) {
    const Classifier = require('natural/lib/natural/classifiers/bayes_classifier.js') as new (
      stemmer: undefined,
      smoothing: number,
    ) => NaturalClassifier;
    const classifier = new Classifier(undefined, SMOOTHING);
    for (const { text, label } of examples) classifier.addDocument(grams(text), label);
    classifier.train();
    return (text) =>
      classifier
        .getClassifications(grams(text))
        .slice(0, LABELS)
        .map(({ label }) => label);
  },
};

interface NlpManager {
  readonly settings: Record<string, unknown>;
  readonly nluManager: { readonly settings: Record<string, unknown> };
  addLanguage(language: string): void;
  addDocument(language: string, text: string, label: string): void;
  train(): Promise<void>;
  process(language: string, text: string): Promise<{ classifications: { readonly intent: string }[] }>;
}

/** With its own Chinese: segmenting and stemming by `@nlpjs/lang-zh`. */
export const nlpJs: Engine = {
  name: 'nlp.js 4.27',
  mostLabels: 200,
  async train(examples) {
    const { containerBootstrap } = require('@nlpjs/core') as {
      containerBootstrap(): Promise<{ use(part: unknown): void; get(name: string): NlpManager }>;
    };
    const container = await containerBootstrap();
    const { Nlp } = require('@nlpjs/nlp') as { Nlp: unknown };
    const { LangZh } = require('@nlpjs/lang-zh') as { LangZh: unknown };
    container.use(Nlp);
    container.use(LangZh);
    const manager = container.get('nlp');
    Object.assign(manager.settings, { autoSave: false, autoLoad: false, log: false, forceNER: false });
    // It would print every epoch.
    manager.nluManager.settings.log = false;
    manager.addLanguage('zh');
    for (const { text, label } of examples) manager.addDocument('zh', text, label);
    await manager.train();
    return async (text) => {
      const { classifications } = await manager.process('zh', text);
      return classifications.slice(0, LABELS).map(({ intent }) => intent);
    };
  },
};
