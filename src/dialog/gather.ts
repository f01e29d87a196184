/** The facts of a complaint as the talk has brought them: said, looked up, or ruled by the region. */
import { choiceOf, coarseRelation, parseAnswer, UNKNOWN } from '../diagnosis/answers.ts';
import { type Diagnosis, diagnose } from '../diagnosis/engine.ts';
import { FACTS } from '../diagnosis/facts.ts';
import type { RecordsAccess } from '../diagnosis/questions.ts';
import { regionFacts } from '../diagnosis/rule-facts.ts';
import type { Frame } from '../domain/conversation.ts';
import type { Fact, FactId, FactValue } from '../domain/fact.ts';
import type { JsonObject } from '../domain/json.ts';
import { type CauseId, SYMPTOMS, type Symptom } from '../domain/taxonomy.ts';
import type { Scored } from '../domain/understanding.ts';
import { NATION } from '../knowledge/lookup.ts';
import { type Draft, todayOf } from './draft.ts';
import { canProveIdentity } from './standing.ts';

/** Older records say how things were; balances and bindings move within a day. */
const FRESH_FOR_MS = 60 * 60_000;
/** What citizens say of themselves holds for their next complaint as well; what they say of a relative may not. */
const OWN_FACTS: readonly FactId[] = ['asker.side', 'payer.scheme'];

/** What the engine makes of everything known by now. */
export function judge(draft: Draft, frame: Frame, facts: readonly Fact[]): Diagnosis {
  const answered = factSlots(frame);
  return diagnose(draft.context.knowledge.causes, {
    symptom: symptomOf(frame),
    facts,
    hints: (frame.slots.hints ?? []) as unknown as readonly Scored<CauseId>[],
    skipped: answered.filter(([, value]) => value === UNKNOWN).map(([id]) => id),
    asked: askedOf(frame),
    records: accessOf(draft, frame),
  });
}

/** Questions put so far. What was said unasked is no question, and leaves room for one more. */
export function askedOf(frame: Frame): number {
  const { asked } = frameData(frame);
  return typeof asked === 'number' ? asked : 0;
}

export function accessOf(draft: Draft, frame: Frame): RecordsAccess {
  if (frameData(frame).records !== undefined || !canProveIdentity(draft)) return 'closed';
  const { person } = draft.profile;
  return person !== undefined && Date.parse(person.until) > draft.context.now ? 'open' : 'locked';
}

export function factsOf(draft: Draft, frame: Frame): readonly Fact[] {
  const region = draft.profile.region ?? NATION;
  const ruled = regionFacts(draft.context.knowledge, region, todayOf(draft.context));
  const below = draft.stack.filter((one) => one !== frame).flatMap(meantBy);
  const said = factSlots(frame).flatMap(([id, answer]) => saidFact(id, answer));
  // Of two answers the later one counts, so the words of this complaint stand after older ones.
  return [...ruled, ...below, ...saidBefore(draft), ...said, ...lookedUp(draft)];
}

/** Keeps what was said of the citizen for later complaints of the same talk. */
export function rememberSaid(draft: Draft, facts: readonly Fact[]): void {
  const own = facts.filter(({ id, origin }) => origin.kind === 'said' && OWN_FACTS.includes(id));
  const kept = Object.fromEntries(own.map(({ id, value }) => [id, { value }]));
  draft.profile = { ...draft.profile, facts: { ...kept, ...draft.profile.facts } };
}

/** After something changed at the office, what was looked up before describes the past. */
export function forgetRecords(draft: Draft): void {
  const said = Object.entries(draft.profile.facts).filter(([, { at }]) => at === undefined);
  draft.profile = { ...draft.profile, facts: Object.fromEntries(said) };
}

export function symptomOf(frame: Frame): Symptom {
  const said = frame.slots.symptom;
  return SYMPTOMS.includes(said as Symptom) ? (said as Symptom) : 'other';
}

export function frameData(frame: Frame): JsonObject {
  const saved = frame.saved as { readonly context?: { readonly data?: JsonObject } };
  return saved.context?.data ?? {};
}

/** Facts of the profile without a time were said. */
function saidBefore({ profile }: Draft): readonly Fact[] {
  return Object.entries(profile.facts).flatMap(([id, { value, at }]): readonly Fact[] =>
    at === undefined ? [{ id, value, origin: { kind: 'said' } }] : [],
  );
}

function lookedUp({ profile, context }: Draft): readonly Fact[] {
  return Object.entries(profile.facts).flatMap(([id, { value, at }]): readonly Fact[] => {
    if (at === undefined || context.now - Date.parse(at) > FRESH_FOR_MS) return [];
    const read = id === 'relation' ? coarseRelation(String(value)) : value;
    return [{ id, value: read, origin: { kind: 'looked_up', at } }];
  });
}

/** An act under way that was put aside for this complaint has told whom and where it is about. */
function meantBy({ slots }: Frame): readonly Fact[] {
  return [
    ...(typeof slots.relation === 'string' ? saidFact('relation', slots.relation) : []),
    ...(typeof slots.same_province === 'string' ? saidFact('region.same_province', slots.same_province) : []),
  ];
}

function saidFact(id: FactId, answer: string): readonly Fact[] {
  const value = parseAnswer(id, id === 'relation' ? coarseRelation(answer) : answer);
  return value === undefined ? [] : [{ id, value, origin: { kind: 'said' } }];
}

/** Slots that answer a fact, as text. */
function factSlots(frame: Frame): readonly (readonly [string, string])[] {
  return Object.entries(frame.slots).flatMap(([id, value]) =>
    Object.hasOwn(FACTS, id)
      ? [[id, typeof value === 'string' ? value : choiceOf(value as FactValue)] as const]
      : [],
  );
}
