/** Plays a situation to its end: the engine asks, the family answers, a look-up brings the records. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { z } from 'zod';
import { isValueOf, UNKNOWN } from '../../src/diagnosis/answers.ts';
import { type Diagnosis, type DiagnosisInput, diagnose } from '../../src/diagnosis/engine.ts';
import { factSpec } from '../../src/diagnosis/facts.ts';
import { regionFacts } from '../../src/diagnosis/rule-facts.ts';
import type { Fact, FactId, FactOrigin, FactValue } from '../../src/domain/fact.ts';
import { CAUSES, SYMPTOMS } from '../../src/domain/taxonomy.ts';
import type { Knowledge } from '../../src/knowledge/knowledge.ts';

export const AS_OF = '2026-11-22';
const LOOKED_UP_AT = '2026-11-22T02:00:00.000Z';
const HERE = fileURLToPath(new URL('.', import.meta.url));

const factsSchema = z.record(
  z.string().refine((id) => factSpec(id) !== undefined, 'a fact of diagnosis/facts.ts'),
  z.union([z.string(), z.number(), z.boolean()]),
);
const situationSchema = z.strictObject({
  name: z.string().min(1),
  region: z.string().regex(/^\d{6}$/),
  symptom: z.enum(SYMPTOMS),
  first: factsSchema.default({}),
  said: factsSchema.default({}),
  records: factsSchema.optional(),
  rules: factsSchema.default({}),
  causes: z.array(z.enum(CAUSES)).min(1),
  next: z.string().optional(),
  unsure: z.boolean().default(false),
});
export type Situation = z.infer<typeof situationSchema>;
type Facts = Readonly<Record<string, FactValue>>;

export interface Played {
  readonly found: Diagnosis;
  readonly questions: readonly FactId[];
  readonly lookedUp: boolean;
}

export function readSituations(): readonly Situation[] {
  return readdirSync(HERE)
    .filter((file) => file.endsWith('.yaml') && file !== 'ordinary.yaml')
    .sort()
    .flatMap((file) => z.array(situationSchema).parse(load(readFileSync(`${HERE}${file}`, 'utf8'))));
}

export function readOrdinary(): Facts {
  return factsSchema.parse(load(readFileSync(`${HERE}ordinary.yaml`, 'utf8')));
}

export function play(knowledge: Knowledge, situation: Situation, ordinary: Facts): Played {
  const truth: Facts = { ...ordinary, ...situation.records, ...situation.said, ...situation.first };
  const questions: FactId[] = [];
  let input: DiagnosisInput = {
    symptom: situation.symptom,
    facts: [...rulesOf(knowledge, situation), ...factsOf(situation.first, { kind: 'said' })],
    records: situation.records === undefined ? 'closed' : 'locked',
  };
  for (;;) {
    const found = diagnose(knowledge.causes, input);
    if (found.lookup || (found.next === undefined && !found.settled && input.records === 'locked')) {
      input = { ...input, records: 'closed', facts: [...input.facts, ...recordsOf(situation, truth)] };
      continue;
    }
    if (found.next === undefined) return { found, questions, lookedUp: input.records !== 'locked' };
    const { fact } = found.next;
    questions.push(fact);
    input = answered(input, fact, truth[fact] ?? UNKNOWN);
  }
}

function answered(input: DiagnosisInput, fact: FactId, value: FactValue): DiagnosisInput {
  const asked = (input.asked ?? 0) + 1;
  if (!isValueOf(fact, value)) return { ...input, asked, skipped: [...(input.skipped ?? []), fact] };
  return { ...input, asked, facts: [...input.facts, ...factsOf({ [fact]: value }, { kind: 'said' })] };
}

function recordsOf(situation: Situation, truth: Facts): readonly Fact[] {
  const told = Object.entries(truth).filter(
    ([id]) => factSpec(id)?.record === true && !(id in situation.said),
  );
  return factsOf(
    { ...Object.fromEntries(told), ...situation.records },
    { kind: 'looked_up', at: LOOKED_UP_AT },
  );
}

function rulesOf(knowledge: Knowledge, { region, rules }: Situation): readonly Fact[] {
  const own = regionFacts(knowledge, region, AS_OF).filter(({ id }) => !(id in rules));
  return [...own, ...factsOf(rules, { kind: 'rule', source: 'situation', from: '2025-01-01' })];
}

function factsOf(facts: Facts, origin: FactOrigin): readonly Fact[] {
  return Object.entries(facts)
    .filter(([id, value]) => isValueOf(id, value))
    .map(([id, value]) => ({ id, value, origin }));
}
