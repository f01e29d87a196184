/**
 * `gongji diagnose`: causes from facts, one complaint a line. Every given fact counts as said.
 * `--what-if` compares a line with itself after `change`; `--measure DIR` plays the situations of a folder.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isValueOf, parseAnswer, UNKNOWN, valuesOf } from '../diagnosis/answers.ts';
import { type Diagnosis, diagnose as diagnoseFacts } from '../diagnosis/engine.ts';
import { factSpec } from '../diagnosis/facts.ts';
import { regionFacts } from '../diagnosis/rule-facts.ts';
import type { Fact, FactId, FactOrigin, FactValue } from '../domain/fact.ts';
import { type CauseId, SYMPTOMS } from '../domain/taxonomy.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { NATION } from '../knowledge/lookup.ts';
import { daySchema } from '../knowledge/schema/dated.ts';
import { type Command, eachLine } from './command.ts';
import { measure } from './diagnose-measure.ts';
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
  /** With `--what-if`: values that replace those known, rules included; `null` forgets the fact. */
  change: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
type Input = z.infer<typeof inputSchema>;

export const diagnose: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'as-of': { type: 'string' },
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      data: { type: 'string' },
      memory: { type: 'boolean' },
      'what-if': { type: 'boolean', default: false },
      measure: { type: 'string', multiple: true },
      draw: { type: 'string' },
    },
  });
  const day = dayOf(values['as-of']);
  const knowledge = loadKnowledge(values.knowledge);
  if (values.measure !== undefined)
    return measure({ knowledge, dirs: values.measure, day, draw: values.draw }, io);
  const reply = values['what-if'] ? compare : answer;
  await eachLine(io, (line) => [reply(knowledge, parse(line), day)]);
  return 0;
};

function parse(line: string): Input {
  const parsed = inputSchema.safeParse(JSON.parse(line));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('bad_input', `${issue?.path.join('.') || 'line'}: ${issue?.message}`);
}

function answer(knowledge: Knowledge, input: Input, today: string): object {
  return shown(knowledge, find(knowledge, input, factsOf(knowledge, input, today)));
}

/** The same complaint before and after the change. Thinks only: nothing is submitted, stored or said. */
function compare(knowledge: Knowledge, input: Input, today: string): object {
  const { change } = input;
  if (change === undefined) {
    throw new AppError('bad_input', 'change: --what-if needs {"change": {"<fact>": <value>}}');
  }
  const facts = factsOf(knowledge, input, today);
  const before = find(knowledge, input, facts);
  const after = find(knowledge, input, changedFacts(facts, change, input.asOf ?? today));
  return {
    change,
    before: shown(knowledge, before),
    after: shown(knowledge, after),
    moved: movedBy(before, after),
  };
}

function changedFacts(
  facts: readonly Fact[],
  change: Readonly<Record<string, FactValue | null>>,
  day: string,
): readonly Fact[] {
  const kept = facts.filter(({ id }) => !Object.hasOwn(change, id));
  const supposed = Object.entries(change).flatMap(([id, value]): readonly Fact[] => {
    if (value === null || value === UNKNOWN) return [];
    const origin = factSpec(id)?.rule === true && !id.startsWith('premium.') ? supposedRule(day) : SAID;
    return [{ id, value: givenValue(id, value), origin }];
  });
  return [...kept, ...supposed];
}

const SAID: FactOrigin = { kind: 'said' };
const supposedRule = (day: string): FactOrigin => ({ kind: 'rule', source: 'what_if', from: day });

/** Causes whose probability moved by more than a rounding, or that are told now and were not, or the reverse. */
function movedBy(before: Diagnosis, after: Diagnosis): readonly object[] {
  const [was, is] = [standingsOf(before), standingsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((cause) => {
    const from = was.get(cause) ?? ABSENT;
    const to = is.get(cause) ?? ABSENT;
    const hasMoved = Math.abs(from.p - to.p) >= 0.005 || from.told !== to.told;
    return hasMoved ? [{ cause, from, to }] : [];
  });
}

const ABSENT = { p: 0, told: false } as const;

function standingsOf({ findings, told }: Diagnosis): ReadonlyMap<CauseId, { p: number; told: boolean }> {
  return new Map(
    findings.map(({ cause, p }, place) => [cause, { p: Number(p.toFixed(4)), told: place < told }]),
  );
}

function find(knowledge: Knowledge, input: Input, facts: readonly Fact[]): Diagnosis {
  return diagnoseFacts(knowledge.causes, {
    symptom: input.symptom,
    facts,
    skipped: Object.entries(input.facts)
      .filter(([, value]) => value === UNKNOWN)
      .map(([id]) => id),
    ...(input.asked === undefined ? {} : { asked: input.asked }),
  });
}

function factsOf(knowledge: Knowledge, input: Input, today: string): readonly Fact[] {
  const given = Object.entries(input.facts).filter(([, value]) => value !== UNKNOWN);
  const said = given.map(([id, value]): Fact => ({ id, value: givenValue(id, value), origin: SAID }));
  return [...regionFacts(knowledge, input.region, input.asOf ?? today), ...said];
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
