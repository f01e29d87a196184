/**
 * `gongji review [show N | accept N …]`: what was not understood for sure, grouped by likeness; one of
 * it made an example or a draft answer. Reads the file a server keeps, never its database; changes only
 * the knowledge folder, and that only with --yes, after showing what would change.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import type { ReviewItem } from '../contracts/store.ts';
import { type Group, groupsOf } from '../desk/word-groups.ts';
import { maskNumbers } from '../domain/masking.ts';
import { INTENTS, type Intent, QUESTION_INTENTS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { bigrams, similarity } from '../knowledge/resemblance.ts';
import { REVIEW_FILE } from '../review-file.ts';
import { createUnderstanding } from '../understanding/index.ts';
import { isSure } from '../understanding/policy.ts';
import type { Command, Io } from './command.ts';
import { changeOf, type Sentence } from './review-change.ts';
import { draftEdit, type Edit, exampleEdit, save } from './review-save.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

const OPTIONS = {
  from: { type: 'string' },
  data: { type: 'string' },
  memory: { type: 'boolean' },
  knowledge: { type: 'string', default: OWN_KNOWLEDGE },
  all: { type: 'boolean', default: false },
  intent: { type: 'string' },
  'new-entry': { type: 'string' },
  source: { type: 'string' },
  by: { type: 'string' },
  as: { type: 'string' },
  evaluate: { type: 'string' },
  'as-of': { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const;

type Options = ReturnType<typeof parsed>['values'];
const parsed = (args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });

export const review: Command = async (args, io) => {
  const { values, positionals } = parsed(args);
  const [verb = 'list', which] = positionals;
  const knowledge = loadKnowledge(values.knowledge);
  const groups = openGroups(values, knowledge, io);
  if (verb === 'list')
    for (const { items, ...group } of groups) io.print(JSON.stringify(shown(group, items)));
  else if (verb === 'show') for (const item of named(groups, which).items) io.print(JSON.stringify(item));
  else if (verb === 'accept') accept(named(groups, which), values, knowledge, io);
  else throw new AppError('bad_input', "review takes nothing, 'show N' or 'accept N'");
  return 0;
};

function shown(group: Omit<Group, 'items'>, items: readonly ReviewItem[]): object {
  return { ...group, sentences: items.length, guesses: group.guesses.map(rounded) };
}

// === What is open

const itemSchema = z.object({
  text: z.string().min(1),
  action: z.enum(['answer', 'task', 'diagnose', 'ask_back', 'out_of_scope', 'fallback']),
  alternatives: z.array(z.object({ id: z.enum(INTENTS), p: z.number() })),
  knowledge: z.string(),
  region: z.string().exactOptional(),
  count: z.number(),
  firstAt: z.string(),
  lastAt: z.string(),
}) satisfies z.ZodType<ReviewItem>;

/** Sentences that are understood by now, after better examples, are left out unless --all. */
function openGroups(values: Options, knowledge: Knowledge, io: Io): readonly Group[] {
  const items = itemsOf(values);
  if (values.all) return groupsOf(items);
  const understander = createUnderstanding(knowledge);
  const listening = { inFlow: false, asOf: dayOf(values['as-of']) };
  const open = items.filter(({ text }) => !isSure(understander.understand(text, listening)));
  const closed = items.length - open.length;
  if (closed > 0)
    io.warn(`review: ${closed} of ${items.length} sentences are understood by now; --all shows them too`);
  return groupsOf(open);
}

function itemsOf({ from, data }: Options): readonly ReviewItem[] {
  const file = from ?? join(data ?? readConfig().dataDir, REVIEW_FILE);
  if (!existsSync(file)) {
    throw new AppError(
      'bad_input',
      `There is no ${file}. A server writes it once a minute into its data folder as soon as a sentence was not understood for sure; name that folder with --data, or a copy of the file with --from.`,
    );
  }
  return readLines(file, itemSchema);
}

function readLines<Value>(file: string, schema: z.ZodType<Value>): readonly Value[] {
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

/** By its place in the list, or by its key, which does not shift. */
function named(groups: readonly Group[], which: string | undefined): Group {
  const found = groups.find(({ group, key }) => String(group) === which || key === which);
  if (found !== undefined) return found;
  throw new AppError(
    'bad_input',
    `There is no group '${which ?? ''}'; \`gongji review\` lists ${groups.length}, by number and key.`,
  );
}

// === Accepting

function accept(group: Group, values: Options, knowledge: Knowledge, io: Io): void {
  const { by, intent: typed } = values;
  if (by === undefined) throw new AppError('bad_input', '--by NAME says who answers for it');
  const intent = z.enum(INTENTS).safeParse(typed).data;
  if (intent === undefined) {
    throw new AppError(
      'bad_input',
      `--intent takes an id of the taxonomy, such as ${group.guesses[0]?.id ?? 'ask.what'}`,
    );
  }
  const signature = { by, on: dayOf(values['as-of']) };
  const edit =
    values['new-entry'] === undefined
      ? exampleOf(group, intent, signature, values, knowledge, io)
      : draftOf(group, intent, signature, values, knowledge);
  io.print(JSON.stringify({ file: edit.path, adds: edit.added }));
  if (values.yes) save(values.knowledge, edit);
  else io.warn(`review: nothing is saved; say it again with the key ${group.key} and --yes to save`);
  io.print(JSON.stringify({ saved: values.yes, key: group.key }));
}

type Signed = { readonly by: string; readonly on: string };

function exampleOf(
  group: Group,
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

function draftOf(
  group: Group,
  intent: Intent,
  signature: Signed,
  values: Options,
  knowledge: Knowledge,
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
  return draftEdit({ id, intent, source, questions, reviewDue, ...signature });
}

function rounded({ id, p }: { readonly id: Intent; readonly p: number }) {
  return { intent: id, p: Math.round(p * 100) / 100 };
}

function roundedIn(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
}
