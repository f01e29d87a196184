/** `gongji kb check | stats`: what is wrong with the knowledge base, and how much there is. */
import { parseArgs } from 'node:util';
import { causeProblems } from '../diagnosis/check.ts';
import { templateProblems } from '../dialog/template.ts';
import { AppError } from '../errors.ts';
import { type CheckOptions, checkKnowledge } from '../knowledge/check.ts';
import { loadKnowledge, readKnowledge } from '../knowledge/load.ts';
import type { Problem } from '../knowledge/problem.ts';
import { statsOf } from '../knowledge/stats.ts';
import { createReader } from '../understanding/read.ts';
import type { Command } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

export const kb: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      /** Folder of articles that nothing may be copied from. */
      articles: { type: 'string' },
      'as-of': { type: 'string' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  const asOf = dayOf(values['as-of']);
  if (positionals[0] === 'stats') {
    io.print(JSON.stringify(statsOf(loadKnowledge(values.knowledge), asOf)));
    return 0;
  }
  if (positionals[0] !== 'check') throw new AppError('bad_input', "kb takes 'check' or 'stats'");
  const { articles } = values;
  const problems = [
    ...checkKnowledge(values.knowledge, {
      asOf,
      ...(articles === undefined ? {} : { articles }),
      ...eyes(values.knowledge, asOf),
    }),
  ];
  problems.push(...wordProblems(values.knowledge));
  for (const problem of problems) io.print(JSON.stringify(problem));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  io.warn(`kb check: ${errors} errors, ${problems.length - errors} warnings`);
  return errors === 0 ? 0 : 1;
};

/** What only the rooms above can judge: causes against the facts, placeholders against the formats. */
function wordProblems(dir: string): readonly Problem[] {
  const { knowledge } = readKnowledge(dir);
  if (knowledge === undefined) return [];
  const problem = (file: string, key: string, message: string): Problem => ({
    file,
    key,
    message,
    severity: 'error',
  });
  const causes = causeProblems(knowledge.causes, knowledge.replies).map((message) =>
    problem('causes', '', message),
  );
  const replies = [...knowledge.replies].flatMap(([id, { text, again }]) =>
    [text, ...again]
      .flatMap((words) => templateProblems(words, knowledge))
      .map((message) => problem('replies', id, message)),
  );
  return [...causes, ...replies];
}

/** The eyes of understanding, which also see places; none when the folder does not load whole. */
function eyes(dir: string, asOf: string): Pick<CheckOptions, 'entitiesOf'> {
  const { knowledge } = readKnowledge(dir);
  // A folder without the grammar of reactions and dates is looked at by its plain words.
  if (knowledge?.lexicon.patterns.reactions === undefined) return {};
  const reader = createReader(knowledge);
  return { entitiesOf: (text) => reader.read(text, { asOf }).entities };
}
