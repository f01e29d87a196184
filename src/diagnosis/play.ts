/** Plays a situation to its end: the engine asks, the family answers, a look-up brings the records. */
import type { Fact, FactId, FactOrigin, FactValue } from '../domain/fact.ts';
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import type { CauseEntry } from '../knowledge/schema/cause.ts';
import { isValueOf, UNKNOWN } from './answers.ts';
import { type Diagnosis, type DiagnosisInput, diagnose } from './engine.ts';
import { factSpec } from './facts.ts';

export type FactValues = Readonly<Record<string, FactValue>>;

/** A family with a complaint, and the causes it must be told; `test/situations/README.md` explains each part. */
export interface Situation {
  readonly name: string;
  readonly region: string;
  readonly symptom: Symptom;
  readonly first: FactValues;
  readonly said: FactValues;
  readonly records?: FactValues | undefined;
  readonly rules: FactValues;
  readonly causes: readonly CauseId[];
  readonly next?: string | undefined;
  readonly unsure: boolean;
}

export interface Played {
  readonly found: Diagnosis;
  readonly questions: readonly FactId[];
  readonly lookedUp: boolean;
}

/** When the records of a situation were seen; no weight depends on it. */
const LOOKED_UP_AT = '2026-11-22T02:00:00.000Z';

/**
 * The talk that the engine would lead with this family.
 * @param ordinary what is true of a family when the situation says nothing else
 * @param ruled the rules of the region, as facts
 */
export function play(
  causes: ReadonlyMap<CauseId, CauseEntry>,
  situation: Situation,
  { ordinary, ruled }: { readonly ordinary: FactValues; readonly ruled: readonly Fact[] },
): Played {
  const truth: FactValues = { ...ordinary, ...situation.records, ...situation.said, ...situation.first };
  const questions: FactId[] = [];
  let input: DiagnosisInput = {
    symptom: situation.symptom,
    facts: [...rulesOf(situation, ruled), ...factsOf(situation.first, { kind: 'said' })],
    records: situation.records === undefined ? 'closed' : 'locked',
  };
  for (;;) {
    const found = diagnose(causes, input);
    if (found.lookup || (found.next === undefined && !found.settled && input.records === 'locked')) {
      input = { ...input, records: 'closed', facts: [...input.facts, ...recordsOf(situation, truth)] };
      continue;
    }
    const lookedUp = situation.records !== undefined && input.records === 'closed';
    if (found.next === undefined) return { found, questions, lookedUp };
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

function recordsOf(situation: Situation, truth: FactValues): readonly Fact[] {
  const told = Object.entries(truth).filter(
    ([id]) => factSpec(id)?.record === true && !(id in situation.said),
  );
  return factsOf(
    { ...Object.fromEntries(told), ...situation.records },
    { kind: 'looked_up', at: LOOKED_UP_AT },
  );
}

function rulesOf({ rules }: Situation, ruled: readonly Fact[]): readonly Fact[] {
  const own = ruled.filter(({ id }) => !(id in rules));
  return [...own, ...factsOf(rules, { kind: 'rule', source: 'situation', from: '2025-01-01' })];
}

function factsOf(facts: FactValues, origin: FactOrigin): readonly Fact[] {
  return Object.entries(facts)
    .filter(([id, value]) => isValueOf(id, value))
    .map(([id, value]) => ({ id, value, origin }));
}
