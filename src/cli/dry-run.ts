/**
 * `gongji dry-run [--fixture FILE] [--as-of DATE]`: what an act would come to, without doing it. Reads
 * `{"act": {…}}` a line; `docs/fixtures.md` shows one of each kind.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../library.ts';
import { random } from '../main.ts';
import { demoFixture, issueLines, readFixture } from '../portals/simulated/fixture.ts';
import { knowledgeRules } from '../portals/simulated/knowledge-rules.ts';
import { openSimulatedOffice } from '../portals/simulated/office.ts';
import { type Command, eachLine } from './command.ts';
import { actSchema, rehearse } from './rehearsal.ts';
import { dayOf } from './rules.ts';

const lineSchema = z.strictObject({ act: actSchema });

export const dryRun: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fixture: { type: 'string' },
      'as-of': { type: 'string' },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  const asOf = dayOf(values['as-of']);
  // Ten in the morning, when the office is open.
  const at = Date.parse(`${asOf}T02:00:00Z`);
  const knowledge = loadKnowledge(KNOWLEDGE_DIR);
  const office = openSimulatedOffice({
    file: ':memory:',
    rules: knowledgeRules(knowledge),
    clock: { now: () => at },
    random,
    fixture: values.fixture === undefined ? demoFixture() : readFixture(values.fixture),
  });
  const parts = { office, knowledge, asOf, now: new Date(at).toISOString() };
  try {
    await eachLine(io, async (line) => [await rehearse(parts, actIn(line))]);
  } finally {
    await office.stop();
  }
  return 0;
};

function actIn(line: string) {
  const parsed = lineSchema.safeParse(JSON.parse(line));
  if (parsed.success) return parsed.data.act;
  throw new AppError('bad_input', `Expected {"act": {"kind", …}}:\n${issueLines(parsed.error).join('\n')}`);
}
