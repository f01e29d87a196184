/**
 * Which sentence teaches which head what. The gate alone sees the sentences that are not ours: mixed
 * into the intents they cost five points of accuracy.
 */
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { anyOf } from './patterns.ts';

/** Ours, another matter of medical insurance, or nothing to do with it. */
export type Gate = 'in' | 'ask.other' | 'oos';

export interface Lesson<Label extends string> {
  readonly text: string;
  readonly label: Label;
}

export interface Lessons {
  readonly gate: readonly Lesson<Gate>[];
  readonly intent: readonly Lesson<Intent>[];
  readonly symptom: readonly Lesson<Symptom>[];
  readonly cause: readonly Lesson<CauseId | 'none'>[];
}

/** What is learnt from: example sentences, and the titles of the answers (never their `questions`). */
export interface Schoolbook extends Pick<Knowledge, 'intents' | 'lexicon'> {
  readonly faq: ReadonlyMap<string, { readonly intent: Intent; readonly title: string }>;
}

/**
 * Sentences that hint at no cause teach the cause head to stay silent: one in so many questions, and
 * the complaints that hold no sure sign of one.
 */
const QUESTIONS_WITHOUT_CAUSE = 4;
/** One in so many cause sentences also teaches `diagnose`; all of them would drown the other intents. */
const CAUSES_AS_DIAGNOSE = 3;

export function lessonsOf(book: Schoolbook): Lessons {
  const { lexicon } = book;
  const symptom = labelled(lexicon.symptoms);
  const cause = labelled(lexicon.causes);
  const asked = [...book.intents.values()].flatMap(({ id, examples }) =>
    examples.map((text) => ({ text, label: id })),
  );
  const titled = [...book.faq.values()].map(({ title, intent }) => ({ text: title, label: intent }));
  const troubles = [...symptom, ...cause.filter((_, index) => index % CAUSES_AS_DIAGNOSE === 0)];
  const isOurs = ({ label }: Lesson<Intent>) => gateOf(label, book) === 'in';
  return {
    intent: [...asked, ...titled]
      .filter(isOurs)
      .concat(troubles.map(({ text }) => ({ text, label: 'diagnose' }))),
    gate: [
      ...[...asked, ...titled].map(({ text, label }) => ({ text, label: gateOf(label, book) })),
      ...[...symptom, ...cause].map(({ text }) => ({ text, label: 'in' as const })),
      ...lexicon.negatives.other_insurance.map((text) => ({ text, label: 'ask.other' as const })),
      ...lexicon.negatives.off_topic.map((text) => ({ text, label: 'oos' as const })),
    ],
    symptom,
    cause: [...cause, ...causeless(book)],
  };
}

function labelled<Id extends string>(
  entries: {
    readonly [id in Id]?: { readonly examples: readonly string[] };
  },
): Lesson<Id>[] {
  return (Object.entries(entries) as [Id, { readonly examples: readonly string[] }][]).flatMap(
    ([label, { examples }]) => examples.map((text) => ({ text, label })),
  );
}

function gateOf(intent: Intent, { intents }: Schoolbook): Gate {
  if (intents.get(intent)?.leads_to !== 'out_of_scope') return 'in';
  return intent === 'oos' ? 'oos' : 'ask.other';
}

function causeless({ intents, lexicon }: Schoolbook): Lesson<'none'>[] {
  const questions = [...intents.values()]
    .filter(({ leads_to }) => leads_to === 'answer' || leads_to === 'task')
    .flatMap(({ examples }) => examples)
    .filter((_, index) => index % QUESTIONS_WITHOUT_CAUSE === 0);
  const words = Object.values(lexicon.causes).flatMap((cause) => cause.words);
  const sign = words.length === 0 ? undefined : anyOf(words);
  const complaints = Object.values(lexicon.symptoms).flatMap(({ examples }) => examples);
  const vague = complaints.filter((text) => sign === undefined || !sign.test(text));
  return [...questions, ...vague].map((text) => ({ text, label: 'none' }));
}
