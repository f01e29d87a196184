/** `gongji kb check | stats`: what is wrong with the knowledge base, and how much there is. */
import { parseArgs } from 'node:util';
import { type CheckOptions, checkKnowledge } from '../knowledge/check.ts';
import { loadKnowledge, readKnowledge } from '../knowledge/load.ts';
import { statsOf } from '../knowledge/stats.ts';
import { soundnessProblems } from '../soundness.ts';
import { createReader } from '../understanding/read.ts';
import type { Command } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      /** Folder of articles that nothing may be copied from. */
      articles: { type: 'string' },
      'as-of': { type: 'string' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  return { dir: values.knowledge, articles: values.articles, asOf: dayOf(values['as-of']) };
}

export const kbStats: Command = async (args, io) => {
  const { dir, asOf } = options(args);
  io.print(JSON.stringify(statsOf(loadKnowledge(dir), asOf)));
  return 0;
};

export const kbCheck: Command = async (args, io) => {
  const { dir, articles, asOf } = options(args);
  const problems = [
    ...checkKnowledge(dir, {
      asOf,
      ...(articles === undefined ? {} : { articles }),
      ...eyes(dir, asOf),
    }),
  ];
  const { knowledge } = readKnowledge(dir);
  if (knowledge !== undefined) problems.push(...soundnessProblems(knowledge));
  for (const problem of problems) io.print(JSON.stringify(problem));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  io.warn(`kb check: ${errors} errors, ${problems.length - errors} warnings`);
  return errors === 0 ? 0 : 1;
};

/** The eyes of understanding, which also see places; none when the folder does not load whole. */
function eyes(dir: string, asOf: string): Pick<CheckOptions, 'entitiesOf'> {
  const { knowledge } = readKnowledge(dir);
  // A folder without the grammar of reactions and dates is looked at by its plain words.
  if (knowledge?.lexicon.patterns.reactions === undefined) return {};
  const reader = createReader(knowledge);
  return { entitiesOf: (text) => reader.read(text, { asOf }).entities };
}
