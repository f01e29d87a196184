/** `gongji diagnose`: causes from facts, one complaint a line. Every given fact counts as said. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isValueOf, parseAnswer, UNKNOWN, valuesOf } from '../diagnosis/answers.ts';
import { type Diagnosis, diagnose as diagnoseFacts } from '../diagnosis/engine.ts';
import { factSpec } from '../diagnosis/facts.ts';
import { regionFacts } from '../diagnosis/rule-facts.ts';
import type { Fact, FactId, FactValue } from '../domain/fact.ts';
import { SYMPTOMS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { NATION } from '../knowledge/lookup.ts';
import { daySchema } from '../knowledge/schema/dated.ts';
import { type Command, eachLine } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

const inputSchema = z.looseObject({
  region: z
    .string()
    .regex(/^\d{6}$/, 'a region code of six digits')
    .default(NATION),
  asOf: daySchema.optional(),
  symptom: z.enum(SYMPTOMS),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Questions asked so far, when the line is one step of a longer talk. */
  asked: z.number().int().nonnegative().optional(),
});

export const diagnose: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'as-of': { type: 'string' },
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      data: { type: 'string' },
      memory: { type: 'boolean' },
    },
  });
  const today = dayOf(values['as-of']);
  const knowledge = loadKnowledge(values.knowledge);
  await eachLine(io, (line) => [answer(knowledge, parse(line), today)]);
  return 0;
};

function parse(line: string): z.infer<typeof inputSchema> {
  const parsed = inputSchema.safeParse(JSON.parse(line));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('bad_input', `${issue?.path.join('.') || 'line'}: ${issue?.message}`);
}

function answer(knowledge: Knowledge, input: z.infer<typeof inputSchema>, today: string): object {
  const given = Object.entries(input.facts);
  const facts: Fact[] = given
    .filter(([, value]) => value !== UNKNOWN)
    .map(([id, value]) => ({ id, value: givenValue(id, value), origin: { kind: 'said' } }));
  const found = diagnoseFacts(knowledge.causes, {
    symptom: input.symptom,
    facts: [...regionFacts(knowledge, input.region, input.asOf ?? today), ...facts],
    skipped: given.filter(([, value]) => value === UNKNOWN).map(([id]) => id),
    ...(input.asked === undefined ? {} : { asked: input.asked }),
  });
  return shown(knowledge, found);
}

function shown(knowledge: Knowledge, { findings, next, settled, told, lookup }: Diagnosis): object {
  return {
    findings: findings.map((finding) => ({
      ...finding,
      p: Number(finding.p.toFixed(4)),
      title: knowledge.causes.get(finding.cause)?.title,
    })),
    ...(next === undefined ? {} : { nextQuestion: next }),
    settled,
    told,
    lookup,
  };
}

/** The value of a fact as given in JSON, or typed as a choice (`"yes"`, `"1200"`). */
function givenValue(id: FactId, value: FactValue): FactValue {
  const spec = factSpec(id);
  if (spec === undefined) {
    throw new AppError('bad_input', `There is no fact '${id}'; 'gongji facts' lists them all`);
  }
  if (isValueOf(id, value)) return value;
  const read = typeof value === 'string' ? parseAnswer(id, value) : undefined;
  if (read !== undefined) return read;
  const expected = spec.type === 'number' ? `a number of ${spec.unit}` : valuesOf(id).join(' | ');
  throw new AppError('bad_input', `Fact '${id}' takes ${expected}, not '${value}'`);
}
