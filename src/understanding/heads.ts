/**
 * The four questions asked of a sentence: is it ours at all (gate), what is wanted (intent), what
 * goes wrong (symptom), and which cause the words hint at. Each is an ensemble of its own, over one
 * vocabulary. The gate alone sees the sentences that are not ours: mixed into the intents they cost
 * five points of accuracy.
 */
import { createHash } from 'node:crypto';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { Ensemble, type Example, type Trained } from './model/ensemble.ts';
import { Vocabulary } from './model/vocabulary.ts';
import { anyOf } from './patterns.ts';
import type { ModelCache } from './understander.ts';

/** Ours, another matter of medical insurance, or nothing to do with it. */
export type Gate = 'in' | 'ask.other' | 'oos';

export interface Heads {
  readonly vocabulary: Vocabulary;
  readonly gate: Ensemble<Gate>;
  readonly intent: Ensemble<Intent>;
  readonly symptom: Ensemble<Symptom>;
  readonly cause: Ensemble<CauseId | 'none'>;
}

/**
 * Sentences that hint at no cause teach the cause head to stay silent: one in so many questions, and
 * the complaints that hold no sure sign of one.
 */
const QUESTIONS_WITHOUT_CAUSE = 4;

export type Featurize = (text: string) => readonly string[];

/** Raised when training or features change, so that older caches are not read. */
const MODEL_VERSION = 2;
/** One in so many cause sentences also teaches `diagnose`; all of them would drown the other intents. */
const CAUSES_AS_DIAGNOSE = 3;

type Source = Pick<Knowledge, 'intents' | 'lexicon'>;

export function trainHeads(source: Source, featurize: Featurize, cache: ModelCache | undefined): Heads {
  const examples = examplesOf(source, featurize);
  const key = keyOf(source);
  const kept = cache === undefined ? undefined : read(cache.load(), key);
  const vocabulary = new Vocabulary();
  const heads: Heads = {
    vocabulary,
    intent: new Ensemble(examples.intent, vocabulary, kept?.intent),
    gate: new Ensemble(examples.gate, vocabulary, kept?.gate),
    symptom: new Ensemble(examples.symptom, vocabulary, kept?.symptom),
    cause: new Ensemble(examples.cause, vocabulary, kept?.cause),
  };
  if (kept === undefined) cache?.save(write(heads, key));
  return heads;
}

/** Every sentence that training looks at. */
export function sentencesOf({ intents, lexicon }: Source): readonly string[] {
  return [
    ...[...intents.values()].flatMap(({ examples }) => examples),
    ...Object.values(lexicon.symptoms).flatMap(({ examples }) => examples),
    ...Object.values(lexicon.causes).flatMap(({ examples }) => examples),
    ...Object.values(lexicon.negatives).flat(),
  ];
}

/** Exported for cross-validation. @internal */
export function examplesOf({ intents, lexicon }: Source, featurize: Featurize) {
  const symptoms = Object.entries(lexicon.symptoms).flatMap(([label, { examples }]) =>
    examples.map((text) => ({ features: featurize(text), label: label as Symptom })),
  );
  const causes = Object.entries(lexicon.causes).flatMap(([label, { examples }]) =>
    examples.map((text) => ({ features: featurize(text), label: label as CauseId })),
  );
  const questions = [...intents.values()]
    .filter(({ leads_to }) => leads_to === 'answer' || leads_to === 'task')
    .flatMap(({ examples }) => examples)
    .filter((_, index) => index % QUESTIONS_WITHOUT_CAUSE === 0);
  const sign = anyOf(Object.values(lexicon.causes).flatMap(({ words }) => words));
  const complaints = Object.values(lexicon.symptoms).flatMap(({ examples }) => examples);
  const silent = [...questions, ...complaints.filter((text) => !sign.test(text))].map((text) => ({
    features: featurize(text),
    label: 'none' as const,
  }));
  const intent: Example<Intent>[] = [];
  const gate: Example<Gate>[] = [];
  for (const { id, leads_to, examples } of intents.values()) {
    for (const text of examples) {
      const features = featurize(text);
      if (leads_to === 'out_of_scope') gate.push({ features, label: id === 'oos' ? 'oos' : 'ask.other' });
      else {
        intent.push({ features, label: id });
        gate.push({ features, label: 'in' });
      }
    }
  }
  const troubles = [...symptoms, ...causes.filter((_, index) => index % CAUSES_AS_DIAGNOSE === 0)];
  for (const { features } of troubles) intent.push({ features, label: 'diagnose' });
  for (const { features } of [...symptoms, ...causes]) gate.push({ features, label: 'in' });
  const { other_insurance, off_topic } = lexicon.negatives;
  for (const text of other_insurance) gate.push({ features: featurize(text), label: 'ask.other' });
  for (const text of off_topic) gate.push({ features: featurize(text), label: 'oos' });
  return { intent, gate, symptom: symptoms, cause: [...causes, ...silent] };
}

// === Cache: weights as base64 of their bytes

type Kept = { readonly [head in 'gate' | 'intent' | 'symptom' | 'cause']: Trained };

function keyOf({ intents, lexicon }: Source): string {
  const content = JSON.stringify([MODEL_VERSION, [...intents.values()], lexicon]);
  return createHash('sha256').update(content).digest('hex');
}

function write({ gate, intent, symptom, cause }: Heads, key: string): string {
  const packed = Object.entries({ gate, intent, symptom, cause }).map(([name, { trained }]) => [
    name,
    { softmax: pack(trained.softmax), bayes: pack(trained.bayes) },
  ]);
  return JSON.stringify({ key, heads: Object.fromEntries(packed) });
}

/** A cache that does not belong to these sentences, or is no cache at all, is ignored. */
function read(json: string | undefined, key: string): Kept | undefined {
  if (json === undefined) return undefined;
  try {
    const kept = JSON.parse(json) as {
      readonly key: string;
      readonly heads: { readonly [head: string]: { readonly softmax: string; readonly bayes: string } };
    };
    if (kept.key !== key) return undefined;
    const heads = Object.entries(kept.heads).map(([name, { softmax, bayes }]) => [
      name,
      { softmax: unpack(softmax), bayes: unpack(bayes) },
    ]);
    return Object.fromEntries(heads) as Kept;
  } catch {
    return undefined;
  }
}

function pack(weights: Float32Array): string {
  return Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength).toString('base64');
}

function unpack(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
