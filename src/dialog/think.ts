/** The diagnosis engine within a turn: gathers the facts of the talk, and says what was found. */

import { choiceOf, parseAnswer, UNKNOWN } from '../diagnosis/answers.ts';
import { type Diagnosis, diagnose } from '../diagnosis/engine.ts';
import { explain } from '../diagnosis/explain.ts';
import { FACTS } from '../diagnosis/facts.ts';
import type { RecordsAccess } from '../diagnosis/questions.ts';
import { ruleFacts } from '../diagnosis/rule-facts.ts';
import type { Frame, Slots } from '../domain/conversation.ts';
import type { Fact, FactValue, Finding } from '../domain/fact.ts';
import { RELATIONS, type Relation } from '../domain/insurance.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type CauseId, SYMPTOMS, type Symptom } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';
import { isTellable, NATION, ruleAt } from '../knowledge/lookup.ts';
import type { CauseEntry } from '../knowledge/schema/cause.ts';
import { type Draft, say, todayOf } from './draft.ts';

export interface Thought {
  readonly advice: 'ask' | 'lookup' | 'tell';
  readonly params: JsonObject;
}

/** What the flow should do next, by all that was said, looked up and ruled. */
export function think(draft: Draft, frame: Frame): Thought {
  const facts = factsOf(draft, frame);
  const found = judge(draft, frame, facts);
  draft.findings = found.findings;
  if (found.settled)
    return { advice: 'tell', params: { sure: true, told: found.told, ...actOf(found, facts) } };
  if (found.lookup) return { advice: 'lookup', params: {} };
  if (found.next !== undefined) {
    return { advice: 'ask', params: { next: found.next.fact, nextChoices: found.next.choices } };
  }
  // Every question is used up: the records are the last thing that could tell.
  if (accessOf(draft, frame) !== 'closed') return { advice: 'lookup', params: {} };
  return { advice: 'tell', params: { sure: false, told: 0 } };
}

/** Says what `think` settled on, cause by cause in mending order; or honestly that it is not known. */
export function tellFindings(draft: Draft, frame: Frame): void {
  const facts = factsOf(draft, frame);
  const { settled, told, findings } = judge(draft, frame, facts);
  const region = draft.profile.region ?? NATION;
  if (!settled) {
    say(draft, 'diagnose.not_sure');
    return;
  }
  say(draft, told > 1 ? 'diagnose.found_several' : 'diagnose.found_one', { count: told });
  for (const finding of findings.slice(0, told)) {
    const { reply, sources } = explain(entryOf(draft, finding.cause), facts);
    say(draft, reply.id, {
      ...reply.params,
      cause: finding.cause,
      region,
      ruleRegion: region,
      because: finding.because as unknown as Json,
      sources,
    });
  }
}

/** By fresh records: is the trouble that was told gone? */
export function recheck(draft: Draft, frame: Frame): void {
  const told = Number(frameData(frame).told ?? 0);
  const before = String(frameData(frame).cause ?? '');
  const found = judge(draft, frame, factsOf(draft, frame));
  draft.findings = found.findings;
  const still = found.findings
    .slice(0, Math.max(1, told))
    .find(({ cause }) => cause === before && found.settled);
  const state = draft.profile.facts['binding.state']?.value;
  const own = `diagnose.recheck.ok.${before}`;
  const ok = draft.context.knowledge.replies.has(own) ? own : 'diagnose.recheck.ok';
  say(draft, still === undefined ? ok : 'diagnose.recheck.still', {
    cause: before,
    ...(state === undefined ? {} : { state }),
  });
}

function judge(draft: Draft, frame: Frame, facts: readonly Fact[]): Diagnosis {
  const answered = factSlots(frame);
  return diagnose(draft.context.knowledge.causes, {
    symptom: symptomOf(frame),
    facts,
    hints: (frame.slots.hints ?? []) as unknown as readonly Scored<CauseId>[],
    skipped: answered.filter(([, value]) => value === UNKNOWN).map(([id]) => id),
    asked: answered.length,
    records: accessOf(draft, frame),
  });
}

function accessOf(draft: Draft, frame: Frame): RecordsAccess {
  if (frameData(frame).records !== undefined) return 'closed';
  const { person } = draft.profile;
  return person !== undefined && Date.parse(person.until) > draft.context.now ? 'open' : 'locked';
}

function factsOf(draft: Draft, frame: Frame): readonly Fact[] {
  const said: Fact[] = factSlots(frame).flatMap(([id, answer]) => {
    const value = parseAnswer(id, id === 'relation' ? coarse(answer) : answer);
    return value === undefined ? [] : [{ id, value, origin: { kind: 'said' as const } }];
  });
  const lookedUp: Fact[] = Object.entries(draft.profile.facts).map(([id, { value, at }]) => ({
    id,
    value: id === 'relation' ? coarse(String(value)) : value,
    origin: { kind: 'looked_up', at: at ?? '' },
  }));
  return [...lawFacts(draft), ...said, ...lookedUp];
}

function lawFacts(draft: Draft): readonly Fact[] {
  const day = todayOf(draft.context);
  const region = draft.profile.region ?? NATION;
  return ruleFacts((rule) => {
    const found = ruleAt(draft.context.knowledge, rule, region, day);
    if (!isTellable(found) || found.value === null || found.source === undefined) return undefined;
    return { value: found.value, source: found.source, from: found.from ?? day };
  }, day);
}

/** Slots that answer a fact, as text. */
function factSlots(frame: Frame): readonly (readonly [string, string])[] {
  return Object.entries(frame.slots).flatMap(([id, value]) =>
    Object.hasOwn(FACTS, id)
      ? [[id, typeof value === 'string' ? value : choiceOf(value as FactValue)] as const]
      : [],
  );
}

/** The finer relations of the law onto the few that diagnosis tells apart. */
function coarse(relation: string): string {
  if (relation.endsWith('_in_law')) return 'in_law';
  const plain = relation.replace(/^maternal_/u, '');
  const known: readonly string[] = FACTS.relation.choices;
  return known.includes(plain) || plain === UNKNOWN ? plain : 'other';
}

/** The act that mends the first cause that was told, and what it need not ask again. */
function actOf({ findings, told }: Diagnosis, facts: readonly Fact[]): JsonObject {
  const first = findings.slice(0, told).find(({ remedy }) => remedy.kind === 'act');
  const cause = findings[0]?.cause ?? '';
  if (first === undefined || first.remedy.kind !== 'act') return { cause };
  return { cause: first.cause, flow: first.remedy.flow, actSlots: actSlots(first.remedy.flow, facts) };
}

function actSlots(flow: string, facts: readonly Fact[]): Slots {
  const value = (id: string) => facts.findLast((fact) => fact.id === id)?.value;
  const relation = value('relation');
  const same = value('region.same_province');
  // A payer makes room by removing one; whoever uses another's money can only leave.
  if (flow === 'unbind') return { how: value('asker.side') === 'dependent' ? 'exit' : 'remove' };
  return {
    ...(RELATIONS.includes(relation as Relation) ? { relation: relation as string } : {}),
    ...(typeof same === 'boolean' ? { same_province: same ? 'yes' : 'no' } : {}),
  };
}

function symptomOf(frame: Frame): Symptom {
  const said = frame.slots.symptom;
  return SYMPTOMS.includes(said as Symptom) ? (said as Symptom) : 'other';
}

function frameData(frame: Frame): JsonObject {
  const saved = frame.saved as { readonly context?: { readonly data?: JsonObject } };
  return saved.context?.data ?? {};
}

function entryOf(draft: Draft, cause: Finding['cause']): CauseEntry {
  return draft.context.knowledge.causes.get(cause) as CauseEntry;
}
