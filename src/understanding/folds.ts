/**
 * Cross-validation over the sentences we learn from: each is held out once, and understood by what
 * was learnt from the others. Only these sentences are ever used to choose a threshold.
 */
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { randomOf, shuffled } from './random.ts';

export type Source = Pick<Knowledge, 'intents' | 'lexicon' | 'regions' | 'faq'>;

export interface HeldOut {
  readonly text: string;
  readonly intent: Intent;
  readonly symptom?: Symptom;
  readonly cause?: CauseId;
}

export interface Fold {
  /** What may be learnt from: the sentences of the other folds. */
  readonly source: Source;
  readonly heldOut: readonly HeldOut[];
}

export function* foldsOf(source: Source, { folds, seed }: { folds: number; seed: number }): Generator<Fold> {
  const rows = sentencesOf(source);
  const texts = shuffled([...new Set(rows.map(({ text }) => text))], randomOf(seed));
  const foldOf = new Map(texts.map((text, index) => [text, index % folds]));
  for (let fold = 0; fold < folds; fold += 1) {
    const isKept = (text: string) => foldOf.get(text) !== fold;
    yield { source: without(source, isKept), heldOut: rows.filter(({ text }) => !isKept(text)) };
  }
}

/** Every sentence with what it should be understood as. Titles of answers are learnt from and not asked for. */
function sentencesOf({ intents, lexicon }: Source): readonly HeldOut[] {
  const { other_insurance, off_topic } = lexicon.negatives;
  const rows: HeldOut[] = [
    ...[...intents.values()].flatMap(({ id, examples }) => examples.map((text) => ({ text, intent: id }))),
    ...other_insurance.map((text) => ({ text, intent: 'ask.other' as const })),
    ...off_topic.map((text) => ({ text, intent: 'oos' as const })),
  ];
  for (const [symptom, { examples }] of Object.entries(lexicon.symptoms))
    for (const text of examples) rows.push({ text, intent: 'diagnose', symptom: symptom as Symptom });
  for (const [cause, { examples }] of Object.entries(lexicon.causes))
    for (const text of examples) rows.push({ text, intent: 'diagnose', cause: cause as CauseId });
  return rows;
}

function without(source: Source, isKept: (text: string) => boolean): Source {
  const { lexicon } = source;
  const kept = <Entry extends { readonly examples: readonly string[] }>(entry: Entry): Entry => ({
    ...entry,
    examples: entry.examples.filter(isKept),
  });
  const each = <Entries extends object>(entries: Entries): Entries =>
    Object.fromEntries(Object.entries(entries).map(([id, entry]) => [id, kept(entry)])) as Entries;
  return {
    ...source,
    intents: new Map([...source.intents].map(([id, entry]) => [id, kept(entry)])),
    lexicon: {
      ...lexicon,
      symptoms: each(lexicon.symptoms),
      causes: each(lexicon.causes),
      negatives: {
        other_insurance: lexicon.negatives.other_insurance.filter(isKept),
        off_topic: lexicon.negatives.off_topic.filter(isKept),
      },
    },
  };
}
