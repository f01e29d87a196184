/** The two things an accepted sentence can become: an example of an intent, or a draft answer; shown before it is saved. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { maskNumbers } from '../domain/masking.ts';
import { INTENTS, type Intent, QUESTION_INTENTS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { bigrams, similarity } from '../knowledge/resemblance.ts';
import type { Io } from './command.ts';
import { changeOf, type Sentence } from './review-change.ts';
import { draftEdit, type Edit, exampleEdit, save } from './review-save.ts';

/** What the command was told; see `review.ts`. */
export interface Options {
  readonly from?: string | undefined;
  readonly data?: string | undefined;
  readonly knowledge: string;
  readonly all: boolean;
  readonly intent?: string | undefined;
  readonly 'new-entry'?: string | undefined;
  readonly source?: string | undefined;
  readonly by?: string | undefined;
  readonly as?: string | undefined;
  readonly evaluate?: string | undefined;
  readonly 'as-of'?: string | undefined;
  readonly yes: boolean;
}

export const intentOf = (typed: string | undefined): Intent | undefined =>
  z.enum(INTENTS).safeParse(typed).data;

export function finish(edit: Edit, key: string, values: Options, io: Io): void {
  io.print(JSON.stringify({ file: edit.path, adds: edit.added }));
  if (values.yes) save(values.knowledge, edit);
  else io.warn(`review: nothing is saved; say it again with the key ${key} and --yes to save`);
  io.print(JSON.stringify({ saved: values.yes, key }));
}

export function readLines<Value>(file: string, schema: z.ZodType<Value>): readonly Value[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      const read = schema.safeParse(jsonOf(line));
      if (read.success) return [read.data];
      throw new AppError('bad_input', `${file}, line ${index + 1} is not what this command writes or reads.`);
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export type Signed = { readonly by: string; readonly on: string };

type Sentences = { readonly examples: readonly string[] } & {
  readonly items: readonly { readonly text: string }[];
};

export function exampleOf(
  group: Sentences,
  intent: Intent,
  signature: Signed,
  values: Options,
  knowledge: Knowledge,
  io: Io,
): Edit {
  const sentence = (values.as ?? group.examples[0] ?? '').trim();
  refuse(knowledge, sentence);
  const edit = exampleEdit(values.knowledge, intent, sentence, signature);
  const change = changeOf({
    knowledge,
    sentence,
    intent,
    group: group.items.map(({ text }) => text),
    asOf: signature.on,
    ...(values.evaluate === undefined ? {} : { measured: readLines(values.evaluate, sentenceSchema) }),
  });
  io.print(JSON.stringify({ accept: sentence, intent }));
  for (const [name, part] of Object.entries(change)) io.print(JSON.stringify({ [name]: part }, roundedIn));
  return edit;
}

const sentenceSchema = z.object({
  text: z.string(),
  intent: z.enum(INTENTS),
  alt_intents: z.array(z.enum(INTENTS)).optional(),
}) satisfies z.ZodType<Sentence>;

/** Above this two sentences are one; the check of the knowledge base would say so later. */
const SAME = 0.95;

/** What must not become an example: numbers of people, what is one already, and what measures. */
function refuse(knowledge: Knowledge, sentence: string): void {
  if (sentence === '') throw new AppError('bad_input', 'There is no sentence; give one with --as');
  if (maskNumbers(sentence).masked.length > 0 || /已隐藏\]/u.test(sentence)) {
    throw new AppError(
      'bad_input',
      'The sentence holds a number, or the place of one; give it without, with --as',
    );
  }
  const own = bigrams(sentence);
  const isSame = (text: string) => similarity(own, bigrams(text)) > SAME;
  for (const { id, examples } of knowledge.intents.values()) {
    const known = examples.find(isSame);
    if (known !== undefined) throw new AppError('bad_input', `'${known}' is an example of ${id} already`);
  }
  for (const { id, questions } of knowledge.faq.values()) {
    const measuring = questions.find(isSame);
    if (measuring !== undefined) {
      throw new AppError(
        'bad_input',
        `'${measuring}' measures the answer ${id} and must not train; change the wording with --as`,
      );
    }
  }
}

export function draftOf(
  group: { readonly examples: readonly string[] },
  intent: Intent,
  signature: Signed,
  values: Options,
  knowledge: Knowledge,
  text?: string,
): Edit {
  const { 'new-entry': id = '', source } = values;
  if (knowledge.faq.has(id)) throw new AppError('bad_input', `There is an entry ${id} already`);
  if (!(QUESTION_INTENTS as readonly Intent[]).includes(intent)) {
    throw new AppError(
      'bad_input',
      `An entry answers a question: --intent is one of ${QUESTION_INTENTS.join(', ')}`,
    );
  }
  if (source === undefined || !knowledge.sources.has(source)) {
    throw new AppError(
      'bad_input',
      '--source takes an id of sources.yaml: without a source there is nothing to say',
    );
  }
  const questions = group.examples.map((text) => maskNumbers(text).text);
  const reviewDue = `${Number(signature.on.slice(0, 4)) + 1}${signature.on.slice(4)}`;
  const body = text === undefined ? {} : { text };
  return draftEdit({ id, intent, source, questions, reviewDue, ...body, ...signature });
}

export function rounded({ id, p }: { readonly id: Intent; readonly p: number }) {
  return { intent: id, p: Math.round(p * 100) / 100 };
}

function roundedIn(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
}
