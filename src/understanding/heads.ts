/**
 * The four questions asked of a sentence: is it ours at all (gate), what is wanted (intent), what
 * goes wrong (symptom), and which cause the words hint at. Each is an ensemble of its own. The cause
 * head has a label for "no cause", so that a bare complaint hints at nothing.
 */
import { createHash } from 'node:crypto';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Feature } from './features.ts';
import { type Gate, type Lesson, lessonsOf, type Schoolbook } from './lessons.ts';
import { Ensemble, type Shape, type Trained, train } from './model/ensemble.ts';
import { fromBytes, toBytes } from './model/packed.ts';
import { Numbering, Vocabulary } from './model/vocabulary.ts';
import { createReader, pairsOf, type Reader } from './read.ts';
import type { Counts } from './settle.ts';
import type { ModelCache } from './understander.ts';

export interface Heads {
  readonly vocabulary: Vocabulary;
  readonly gate: Ensemble<Gate>;
  readonly intent: Ensemble<Intent>;
  readonly symptom: Ensemble<Symptom>;
  readonly cause: Ensemble<CauseId | 'none'>;
}

export type Featurize = (text: string) => readonly Feature[];

type HeadName = Exclude<keyof Heads, 'vocabulary'>;

/** Raised when training or features change: other weights come out, and thresholds must be fitted anew. */
const TRAINING_VERSION = 3;
/** Raised when what is kept between starts changes its form, so that older caches are not read. */
const MODEL_VERSION = 4;

const SHAPES: { readonly [head in HeadName]: Shape<string> } = {
  intent: { weights: { margins: 2, bayes: 0.15, neighbours: 2, groups: 1 }, groupings: [topicOf, actOf] },
  gate: { weights: { margins: 2, bayes: 0.1, neighbours: 8, groups: 0 }, groupings: [] },
  symptom: { weights: { margins: 2, bayes: 0.15, neighbours: 3, groups: 0 }, groupings: [] },
  cause: { weights: { margins: 2, bayes: 0.15, neighbours: 3, groups: 0 }, groupings: [] },
};
const NAMES = Object.keys(SHAPES) as HeadName[];

/** All that is kept between starts: whoever has it looks at no sentence. */
interface Model {
  readonly pairs: Counts;
  /** The features of all heads. */
  readonly features: Uint32Array;
  readonly heads: { readonly [head in HeadName]: Trained };
}

export interface Learnt {
  readonly reader: Reader;
  readonly heads: Heads;
}

type Source = Schoolbook & Pick<Knowledge, 'regions'>;

/** A reader and the heads that judge what it reads: taken from the cache, or learnt and left there. */
export function learn(source: Source, cache?: ModelCache): Learnt {
  const stored = cache?.load();
  if (cache === undefined) return taught(source);
  const key = `${MODEL_VERSION}.${keyOf(source)}`;
  const kept = stored === undefined ? undefined : (fromBytes(stored, key) as Model | undefined);
  if (kept !== undefined) return { reader: createReader(source, kept.pairs), heads: headsOf(kept) };
  return taught(source, (model) => cache.save(toBytes(key, model)));
}

function taught(source: Source, keep: (model: Model) => void = () => {}): Learnt {
  const pairs = pairsOf(source);
  const reader = createReader(source, pairs);
  const model = { pairs, ...trained(source, reader.featurize) };
  keep(model);
  return { reader, heads: headsOf(model) };
}

function headsOf({ features, heads }: Pick<Model, 'features' | 'heads'>): Heads {
  const vocabulary = new Vocabulary(features);
  const head = (name: HeadName) => new Ensemble(heads[name], SHAPES[name], vocabulary);
  return {
    vocabulary,
    gate: head('gate'),
    intent: head('intent'),
    symptom: head('symptom'),
    cause: head('cause'),
  } as Heads;
}

function trained(book: Schoolbook, featurize: Featurize): Pick<Model, 'features' | 'heads'> {
  const lessons = lessonsOf(book);
  const seen = new Map<string, readonly Feature[]>();
  const featuresOf = (text: string) => {
    const features = seen.get(text) ?? featurize(text);
    seen.set(text, features);
    return features;
  };
  const made = NAMES.map((name) => {
    const examples = lessons[name].map(({ text, label }: Lesson<string>) => ({
      features: featuresOf(text),
      label,
    }));
    return [name, train(examples, SHAPES[name])] as const;
  });
  const numbering = new Numbering();
  for (const [, { features }] of made) numbering.learn([...features]);
  return { features: numbering.features, heads: Object.fromEntries(made) as Model['heads'] };
}

/** What it is about, whatever is to be done: questions and tasks of one matter share their words. */
const TOPICS: Partial<Record<Intent, string>> = {
  'ask.how_bind': 'bind',
  'confirm.invite': 'bind',
  'ask.how_unbind': 'unbind',
  'unbind.exit': 'unbind',
  'unbind.remove': 'unbind',
  'unbind.close': 'unbind',
  'ask.how_use': 'use',
  'ask.scope': 'use',
  'ask.how_pay': 'pay',
  'pay.premium': 'pay',
  'ask.how_query': 'query',
  'query.members': 'query',
  'query.balance': 'query',
  'query.spending': 'query',
  'query.refund': 'query',
  'ask.order': 'order',
  'order.set': 'order',
  'ask.cross_region': 'distance',
  'quota.set': 'distance',
  'privacy.view': 'privacy',
  'privacy.delete': 'privacy',
};

function topicOf(intent: string): string {
  return TOPICS[intent as Intent] ?? intent;
}

/** What is to be done about it: explain the way, answer, act, or find out why. */
function actOf(intent: string): string {
  if (intent === 'diagnose' || intent === 'chat.greet') return intent;
  return intent.startsWith('ask.how') ? 'how' : intent.startsWith('ask.') ? 'ask' : 'act';
}

/** Names the sentences a model was trained on; the same key means the same model. */
export function keyOf({ intents, lexicon, faq }: Schoolbook): string {
  const titles = [...faq.values()].map(({ intent, title }) => [intent, title]);
  const content = JSON.stringify([TRAINING_VERSION, [...intents.values()], lexicon, titles]);
  return createHash('sha256').update(content).digest('hex');
}
