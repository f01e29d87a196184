/** Lint of intents, replies, causes and the lexicon: nothing missing, nothing said twice, no broken placeholder. */
import { CAUSES, INTENTS } from '../../domain/taxonomy.ts';
import { LEXICON_NAMES } from '../load.ts';
import { type LintContext, type LintRule, pathOf, type Remark } from './lint.ts';

const MIN_EXAMPLES = 12;
const ROOMS = ['regions', 'systems', 'faq', 'causes', 'replies', 'intents', 'lexicon'] as const;
/** Rooms a folder may do without. */
const FURTHER_ROOMS: readonly string[] = ['calendar', 'canned', 'desk', 'data-classes'];
/** `{name}`, `{name.part}`, `{name|format}` or `{name|format:argument}`. */
const PLACEHOLDER = /\{[a-zA-Z][\w.]*(?:\|[a-z][\w-]*(?::[\w.-]+)?)?\}/gu;

function emptyRoom({ files }: LintContext): Remark[] {
  return ROOMS.filter((room) => !files.some((file) => file.room === room)).map((room) => ({
    file: `${room}/`,
    key: '',
    message: 'there is nothing in this folder',
  }));
}

function unknownFile({ files }: LintContext): Remark[] {
  const rooms: readonly string[] = [...ROOMS, ...FURTHER_ROOMS];
  const lexicons: readonly string[] = LEXICON_NAMES;
  return files
    .filter(({ path, room, name }) =>
      room === 'lexicon' ? !lexicons.includes(name) : !rooms.includes(room) && path !== 'sources.yaml',
    )
    .map(({ path }) => ({
      file: path,
      key: '',
      message: 'nobody reads this file; see knowledge/README.md for the names',
    }));
}

function intentMissing({ knowledge }: LintContext): Remark[] {
  return INTENTS.filter((id) => !knowledge.intents.has(id)).map((id) => ({
    file: `intents/${id}.yaml`,
    key: '',
    message: 'the taxonomy has this intent, but it has no file',
  }));
}

function causeMissing({ knowledge }: LintContext): Remark[] {
  const missing = CAUSES.filter((id) => !knowledge.causes.has(id));
  if (missing.length === 0) return [];
  return [
    { file: 'causes/', key: '', message: `no file yet for ${missing.length} causes: ${missing.join(', ')}` },
  ];
}

function fewExamples(context: LintContext): Remark[] {
  return [...context.knowledge.intents.values()].flatMap(({ id, examples }) => {
    const different = new Set(examples.map(plain)).size;
    if (different >= MIN_EXAMPLES) return [];
    const message = `only ${different} different sentences; ${MIN_EXAMPLES} are needed to learn from`;
    return [{ file: pathOf(context, 'intents', id), key: 'examples', message }];
  });
}

function sharedExample(context: LintContext): Remark[] {
  const owner = new Map<string, string>();
  return [...context.knowledge.intents.values()].flatMap(({ id, examples }) =>
    examples.flatMap((example, index) => {
      const other = owner.get(plain(example));
      owner.set(plain(example), id);
      if (other === undefined) return [];
      const message = `'${example}' is also an example of '${other}'; keep it in one`;
      return [{ file: pathOf(context, 'intents', id), key: `examples.${index}`, message }];
    }),
  );
}

/** What measures must not be what trained. */
function trainedQuestion(context: LintContext): Remark[] {
  const trained = new Map(
    [...context.knowledge.intents.values()].flatMap(({ id, examples }) =>
      examples.map((example) => [plain(example), id] as const),
    ),
  );
  return [...context.knowledge.faq.values()].flatMap(({ id, questions }) =>
    questions.flatMap((question, index) => {
      const intent = trained.get(plain(question));
      if (intent === undefined) return [];
      const message = `'${question}' is an example of '${intent}' too; reword one of them`;
      return [{ file: pathOf(context, 'faq', id), key: `questions.${index}`, message }];
    }),
  );
}

function brokenPlaceholder({ knowledge, files }: LintContext): Remark[] {
  return [...knowledge.replies].flatMap(([id, reply]) => {
    const file = files.find(({ room, data }) => room === 'replies' && hasKey(data, id))?.path ?? 'replies/';
    const texts = [reply.text, ...reply.again, ...reply.choices.map(({ label }) => label)];
    return texts
      .filter((text) => /[{}]/u.test(text.replace(PLACEHOLDER, '')))
      .map((text) => ({ file, key: id, message: `a brace that is no {name} or {name|format} in '${text}'` }));
  });
}

function hasKey(data: unknown, key: string): boolean {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key);
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

export const wordRules: readonly LintRule[] = [
  { name: 'empty-room', severity: 'error', find: emptyRoom },
  { name: 'unknown-file', severity: 'warning', find: unknownFile },
  { name: 'intent-missing', severity: 'error', find: intentMissing },
  { name: 'cause-missing', severity: 'warning', find: causeMissing },
  { name: 'few-examples', severity: 'error', find: fewExamples },
  { name: 'shared-example', severity: 'error', find: sharedExample },
  { name: 'trained-question', severity: 'warning', find: trainedQuestion },
  { name: 'broken-placeholder', severity: 'error', find: brokenPlaceholder },
];
