/** What one more example would change: the room is trained with and without it, in memory, and both are asked. */
import type { Intent } from '../domain/taxonomy.ts';
import type { Understanding } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createUnderstanding } from '../understanding/index.ts';
import { type Labelled, report } from '../understanding/measure.ts';
import { isSure } from '../understanding/policy.ts';
import type { Understander } from '../understanding/understander.ts';
import { answerOf } from './understand.ts';

const CONFUSIONS = 5;

export type Sentence = Labelled & { readonly text: string };

export interface Question {
  readonly knowledge: Knowledge;
  readonly sentence: string;
  readonly intent: Intent;
  /** The other sentences of the group. */
  readonly group: readonly string[];
  /** Labelled sentences to measure on; those of the answers when there are none. */
  readonly measured?: readonly Sentence[];
  readonly asOf: string;
}

interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

export interface Change {
  readonly sentence: Pair<Brief>;
  /** How many sentences of the group are understood with certainty. */
  readonly group: Pair<number> & { readonly of: number };
  readonly evaluation: Pair<Scores> & { readonly of: number };
  /** Questions that would be given another answer, or none, or one at last. */
  readonly answers: readonly (Pair<string | null> & { readonly question: string })[];
}

interface Brief {
  readonly action: Understanding['action'];
  readonly intent: Intent;
  readonly p: number;
}

interface Scores {
  readonly top1: number;
  readonly top3: number;
  readonly directRight: number;
  readonly confusion: readonly { readonly want: Intent; readonly got: Intent; readonly n: number }[];
}

export function changeOf(question: Question): Change {
  const { knowledge, sentence, group } = question;
  const before = new Room(question, knowledge);
  const after = new Room(question, withExample(knowledge, question.intent, sentence));
  const both = <T>(ask: (room: Room) => T): Pair<T> => ({ before: ask(before), after: ask(after) });
  const measured = question.measured ?? questionsOf(knowledge);
  return {
    sentence: both((room) => room.brief(sentence)),
    group: { ...both((room) => group.filter((text) => room.isSure(text)).length), of: group.length },
    evaluation: { ...both((room) => room.scores(measured)), of: measured.length },
    answers: questionsOf(knowledge)
      .map(({ text }) => ({ question: text, ...both((room) => room.answer(text)) }))
      .filter((pair) => pair.before !== pair.after),
  };
}

/** The questions of the answers: each says which intent it has, and none of them trains. */
function questionsOf({ faq }: Knowledge): readonly Sentence[] {
  return [...faq.values()]
    .filter(({ status }) => status === 'current')
    .flatMap(({ intent, questions }) => questions.map((text) => ({ text, intent })));
}

function withExample(knowledge: Knowledge, intent: Intent, sentence: string): Knowledge {
  const entry = knowledge.intents.get(intent);
  if (entry === undefined) return knowledge;
  const changed = { ...entry, examples: [...entry.examples, sentence] };
  return { ...knowledge, intents: new Map(knowledge.intents).set(intent, changed) };
}

/** Understanding trained on one knowledge, with questions to it. */
class Room {
  private readonly understander: Understander;
  private readonly listening: { readonly inFlow: boolean; readonly asOf: string };
  private readonly knowledge: Knowledge;

  constructor({ asOf }: Question, knowledge: Knowledge) {
    this.knowledge = knowledge;
    this.understander = createUnderstanding(knowledge);
    this.listening = { inFlow: false, asOf };
  }

  brief(text: string): Brief {
    const { action, intent, confidence } = this.understood(text);
    return { action, intent, p: confidence };
  }

  isSure(text: string): boolean {
    return isSure(this.understood(text));
  }

  scores(sentences: readonly Sentence[]): Scores {
    const rows = sentences.map((label) => ({ label, understood: this.understood(label.text) }));
    const { top1, top3, directRight, confusion } = report(rows);
    return {
      top1: top1.share,
      top3: top3.share,
      directRight: directRight.share,
      confusion: confusion.slice(0, CONFUSIONS),
    };
  }

  answer(text: string): string | null {
    return answerOf(this.knowledge, this.understood(text), this.listening) ?? null;
  }

  private understood(text: string): Understanding {
    return this.understander.understand(text, this.listening);
  }
}
