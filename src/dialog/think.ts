/** The diagnosis engine within a turn: decides what the flow does next, and says what was found. */

import type { Diagnosis } from '../diagnosis/engine.ts';
import { explain } from '../diagnosis/explain.ts';
import type { Frame, Slots } from '../domain/conversation.ts';
import type { Evidence, Fact, Finding } from '../domain/fact.ts';
import { RELATIONS, type Relation } from '../domain/insurance.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Symptom } from '../domain/taxonomy.ts';
import { NATION } from '../knowledge/lookup.ts';
import type { CauseEntry } from '../knowledge/schema/cause.ts';
import { type Draft, say } from './draft.ts';
import { accessOf, askedOf, factsOf, judge, rememberSaid, symptomOf } from './gather.ts';
import { guideTo } from './guide.ts';
import { isOpenHere } from './standing.ts';

/** Remedies offered one after the other for one complaint; more is a matter for a person. */
const MOST_ACTS = 3;

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
    return { advice: 'tell', params: { sure: true, told: found.told, ...plan(draft, found, facts) } };
  if (found.lookup) return { advice: 'lookup', params: {} };
  if (found.next !== undefined) {
    const { fact, choices } = found.next;
    return { advice: 'ask', params: { next: fact, nextChoices: choices, asked: askedOf(frame) + 1 } };
  }
  // Every question is used up: the records are the last thing that could tell.
  if (accessOf(draft, frame) !== 'closed') return { advice: 'lookup', params: {} };
  return { advice: 'tell', params: { sure: false, told: 0 } };
}

/** Says what `think` settled on, cause by cause in mending order; or honestly that it is not known. */
export function tellFindings(draft: Draft, frame: Frame): void {
  const facts = factsOf(draft, frame);
  const { settled, told, findings } = judge(draft, frame, facts);
  rememberSaid(draft, facts);
  if (!settled) {
    say(draft, 'diagnose.not_sure');
    return;
  }
  say(draft, told > 1 ? 'diagnose.found_several' : 'diagnose.found_one', { count: told });
  for (const finding of findings.slice(0, told)) tell(draft, finding, facts);
  const isClosed = ({ remedy }: Finding): boolean => remedy.kind === 'act' && !isOpenHere(draft, remedy.flow);
  if (findings.slice(0, told).some(isClosed))
    say(draft, 'channel.elsewhere.remedy', { ...draft.context.elsewhere });
}

function tell(draft: Draft, finding: Finding, facts: readonly Fact[]): void {
  const region = draft.profile.region ?? NATION;
  const { reply, sources, remedy } = explain(entryOf(draft, finding.cause), facts);
  say(draft, reply.id, {
    ...reply.params,
    ...guideTo(draft, remedy),
    cause: finding.cause,
    region,
    ruleRegion: region,
    because: evidenceOf(finding.because),
    against: evidenceOf(finding.against),
    sources,
  });
}

/** What the complaint in hand came to, for the person who takes over; undefined when there is none. */
export function matterOf(
  draft: Draft,
): { readonly symptom: Symptom; readonly findings: readonly Finding[] } | undefined {
  const frame = draft.stack.findLast(({ flow }) => flow === 'diagnose');
  if (frame === undefined) return undefined;
  return { symptom: symptomOf(frame), findings: judge(draft, frame, factsOf(draft, frame)).findings };
}

/**
 * The causes that were told, and the acts that mend them in mending order. The first act stands in
 * `cause`, `flow` and `actSlots`, ready to be offered; the others wait in `later`.
 */
function plan(draft: Draft, { findings, told }: Diagnosis, facts: readonly Fact[]): JsonObject {
  const causes = findings.slice(0, told).map(({ cause }) => cause);
  const acts = actsOf(findings.slice(0, told), facts);
  const [first, ...later] = acts.filter(({ flow }) => isOpenHere(draft, String(flow)));
  return { causes, later, ...(first ?? { cause: causes[0] ?? '' }) };
}

/** One act mends several causes: binding anew is offered once. */
function actsOf(findings: readonly Finding[], facts: readonly Fact[]): readonly JsonObject[] {
  const acts = new Map<string, JsonObject>();
  for (const { cause, remedy } of findings) {
    if (remedy.kind !== 'act' || acts.has(remedy.flow)) continue;
    acts.set(remedy.flow, { cause, flow: remedy.flow, actSlots: actSlots(remedy.flow, facts) });
  }
  return [...acts.values()].slice(0, MOST_ACTS);
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

function evidenceOf(evidence: readonly Evidence[]): Json {
  return evidence as unknown as Json;
}

function entryOf(draft: Draft, cause: Finding['cause']): CauseEntry {
  return draft.context.knowledge.causes.get(cause) as CauseEntry;
}
