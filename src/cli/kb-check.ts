/** `gongji kb check | stats`: what is wrong with the knowledge base, and how much there is. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CheckOptions, checkKnowledge } from '../knowledge/check.ts';
import { loadKnowledge, readKnowledge } from '../knowledge/load.ts';
import { statsOf } from '../knowledge/stats.ts';
import { soundnessProblems } from '../soundness.ts';
import { dataVersion } from '../understanding/fit.ts';
import { FITTED } from '../understanding/fitted.ts';
import { createReader } from '../understanding/read.ts';
import type { Command } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

const ARTICLES = fileURLToPath(new URL('../../../shared/reference/articles/', import.meta.url));

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      /** Folder of articles that nothing may be copied from; the one beside the checkout, where there is one. */
      articles: { type: 'string' },
      'as-of': { type: 'string' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  const articles = values.articles ?? (existsSync(ARTICLES) ? ARTICLES : undefined);
  return { dir: values.knowledge, articles, asOf: dayOf(values['as-of']) };
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
  if (dir === OWN_KNOWLEDGE && knowledge !== undefined && dataVersion(knowledge) !== FITTED.data) {
    io.warn(
      'kb check: the sentences have changed since the thresholds were fitted; run gongji evaluate --fit',
    );
  }
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
