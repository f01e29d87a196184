/**
 * The four questions asked of a sentence: is it ours at all (gate), what is wanted (intent), what
 * goes wrong (symptom), and which cause the words hint at. Each is an ensemble of its own. The cause
 * head has a label for "no cause", so that a bare complaint hints at nothing.
 */
import { createHash } from 'node:crypto';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import { type Gate, type Lesson, lessonsOf, type Schoolbook } from './lessons.ts';
import { Ensemble, type Shape, type Trained, train } from './model/ensemble.ts';
import type { ModelCache } from './understander.ts';

export interface Heads {
  readonly gate: Ensemble<Gate>;
  readonly intent: Ensemble<Intent>;
  readonly symptom: Ensemble<Symptom>;
  readonly cause: Ensemble<CauseId | 'none'>;
}

export type Featurize = (text: string) => readonly string[];

/** Raised when training or features change, so that older caches are not read. */
const MODEL_VERSION = 3;

const SHAPES: { readonly [head in keyof Heads]: Shape<string> } = {
  intent: { weights: { margins: 2, bayes: 0.15, neighbours: 2, groups: 1 }, groupings: [topicOf, actOf] },
  gate: { weights: { margins: 2, bayes: 0.1, neighbours: 8, groups: 0 }, groupings: [] },
  symptom: { weights: { margins: 2, bayes: 0.15, neighbours: 3, groups: 0 }, groupings: [] },
  cause: { weights: { margins: 2, bayes: 0.15, neighbours: 3, groups: 0 }, groupings: [] },
};
const NAMES = Object.keys(SHAPES) as (keyof Heads)[];

type Kept = { readonly [head in keyof Heads]: Trained };

export function trainHeads(book: Schoolbook, featurize: Featurize, cache: ModelCache | undefined): Heads {
  const key = keyOf(book);
  const kept = cache === undefined ? undefined : read(cache.load(), key);
  const trained = kept ?? learn(book, featurize);
  if (kept === undefined) cache?.save(JSON.stringify({ key, heads: trained }));
  const head = (name: keyof Heads) => new Ensemble(trained[name], SHAPES[name]);
  return {
    gate: head('gate'),
    intent: head('intent'),
    symptom: head('symptom'),
    cause: head('cause'),
  } as Heads;
}

function learn(book: Schoolbook, featurize: Featurize): Kept {
  const lessons = lessonsOf(book);
  const seen = new Map<string, readonly string[]>();
  const featuresOf = (text: string) => {
    const features = seen.get(text) ?? featurize(text);
    seen.set(text, features);
    return features;
  };
  const trained = NAMES.map((name) => {
    const examples = lessons[name].map(({ text, label }: Lesson<string>) => ({
      features: featuresOf(text),
      label,
    }));
    return [name, train(examples, SHAPES[name])] as const;
  });
  return Object.fromEntries(trained) as Kept;
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

// === Cache

/** Names the sentences a model was trained on; the same key means the same model. */
export function keyOf({ intents, lexicon, faq }: Schoolbook): string {
  const titles = [...faq.values()].map(({ intent, title }) => [intent, title]);
  const content = JSON.stringify([MODEL_VERSION, [...intents.values()], lexicon, titles]);
  return createHash('sha256').update(content).digest('hex');
}

/** A cache that does not belong to these sentences, or is no cache at all, is ignored. */
function read(json: string | undefined, key: string): Kept | undefined {
  if (json === undefined) return undefined;
  // The key stands first: a cache of other sentences need not be parsed.
  if (!json.startsWith(`{"key":"${key}"`)) return undefined;
  try {
    const { heads } = JSON.parse(json) as { readonly heads: Kept };
    return NAMES.every((name) => heads[name] !== undefined) ? heads : undefined;
  } catch {
    return undefined;
  }
}
