/**
 * `gongji kb impact --against DIR | --withdraw ID`: which questions get another answer. `--against` is the
 * folder as it was; `--withdraw` supposes that an entry is taken out of use.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { kindOf, withoutWithdrawn } from '../knowledge/withdrawn.ts';
import { type Library, openLibrary } from '../library.ts';
import { mindOf } from '../mind.ts';
import { createUnderstanding } from '../understanding/index.ts';
import type { Command } from './command.ts';
import { type AskedQuestion, type Impact, impactOf } from './impact.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';
import { parseSentence } from './understand.ts';

/** The sentences that measure understanding; there in a checkout, not in an installation. */
const TEST_QUESTIONS = ['questions', 'eval'].map((name) =>
  fileURLToPath(new URL(`../../test/utterances/${name}.jsonl`, import.meta.url)),
);

export const kbImpact: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      against: { type: 'string' },
      withdraw: { type: 'string' },
      questions: { type: 'string' },
      'as-of': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { against, withdraw, questions, json } = values;
  if ((against === undefined) === (withdraw === undefined)) {
    throw new AppError(
      'bad_input',
      'kb impact takes either --against DIR (the folder as it was) or --withdraw ID',
    );
  }
  const here = openLibrary({ dir: values.knowledge });
  const [before, after] =
    against === undefined ? [here, withoutOne(here, withdraw as string)] : [beside(against, here), here];
  const asked = [
    ...ownQuestions(before.knowledge),
    ...TEST_QUESTIONS.flatMap(fileQuestions),
    ...given(questions),
  ];
  const found = impactOf(before, after, asked, dayOf(values['as-of']));
  for (const impact of found) io.print(json ? JSON.stringify(impact) : impactLine(impact));
  const other = found.filter(({ differs }) => differs === 'answer').length;
  io.warn(`问了 ${asked.length} 句：${other} 句换了回答，${found.length - other} 句只换了文字`);
  return 0;
};

function withoutOne(library: Library, id: string): Library {
  const kind = kindOf(library.knowledge, id);
  if (kind === undefined)
    throw new AppError('bad_input', `'${id}' is no answer, cause or rule (CODE/rule) of this folder`);
  return { ...library, knowledge: withoutWithdrawn(library.knowledge, [{ kind, id }]) };
}

/** Trains only when the other folder teaches something else. */
function beside(dir: string, here: Library): Library {
  const other = loadKnowledge(dir);
  const isSame = mindOf(other) === mindOf(here.knowledge);
  return { knowledge: other, understander: isSame ? here.understander : createUnderstanding(other) };
}

function ownQuestions(knowledge: Knowledge): AskedQuestion[] {
  return [...knowledge.faq.values()].flatMap(({ id, regions, questions, status }) =>
    status === 'current' ? questions.map((text) => ({ text, region: regions[0], from: id })) : [],
  );
}

function given(file: string | undefined): AskedQuestion[] {
  if (file === undefined) return [];
  if (!existsSync(file))
    throw new AppError('bad_input', `There is no file ${file}; --questions takes one sentence a line`);
  return fileQuestions(file);
}

/** One sentence a line, bare or as JSON with `text` and perhaps `region`, as `gongji understand` takes it. */
function fileQuestions(file: string): AskedQuestion[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split(/\r?\n/u);
  return lines
    .filter((line) => line.trim() !== '')
    .map(parseSentence)
    .map(({ id, text, region }, index) => ({ text, region, from: String(id ?? `line ${index + 1}`) }));
}

function impactLine({ text, region, from, before, after, differs }: Impact): string {
  const place = region === undefined || /^0+$/u.test(region) ? '' : `［${region}］`;
  const change =
    differs === 'words'
      ? `${before.said.join('、')}（文字改了）`
      : `${before.said.join('、')} → ${after.said.join('、')}`;
  return `${text}${place}　${change}　〔${from}〕`;
}
