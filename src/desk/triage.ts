/**
 * A complaint without its citizen: somebody is on the telephone or stands at the counter, and a clerk types what
 * they say. Nothing is looked up and nothing is remembered: the same words give the same advice, and what the
 * caller said since stands below them. Pure but for what it is handed.
 */
import type { Triage, TriageFinding, TriageQuestion } from '../contracts/advice.ts';
import type { TriageRow } from '../contracts/advice-store.ts';
import { type Diagnosis, diagnose } from '../diagnosis/engine.ts';
import { regionFacts } from '../diagnosis/rule-facts.ts';
import type { Asking } from '../domain/conversation.ts';
import type { Fact, FactId, Finding } from '../domain/fact.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import { maskNumbers } from '../domain/masking.ts';
import { NATION, regionName } from '../knowledge/lookup.ts';
import type { Thinking } from './advice-deps.ts';
import { evidenceLabel } from './card.ts';
import { labelOf } from './heads.ts';
import { answerTo, factsIn, type Heard, hear } from './hearing.ts';
import { choicesOf, type Told, toldAnswer, toldCause, toldQuestion } from './tellable.ts';

/** More than anybody types while somebody waits on the line. */
const TEXT_CHARS = 3_000;
const MOST_ANSWERS = 12;
/** Likely enough to be read out, when something speaks for it; a guess is for the clerk's eyes. */
const READ_OUT = 0.5;
const MOST_FINDINGS = 5;

/** What was found, and what a case opened from it begins with. */
export interface Triaged extends Omit<Triage, 'id'> {
  readonly record: TriageRow['record'];
}

export function triageOf(question: TriageQuestion & { readonly asOf: Day }, thinking: Thinking): Triaged {
  const text = [...maskNumbers(question.text).text.trim()].slice(0, TEXT_CHARS).join('');
  const { complaint, answers } = partsOf(text);
  const { asOf } = question;
  const understander = thinking.understander();
  const heard = hear(complaint, { understander, asOf, region: question.region });
  const told = replay(heard, answers, { asOf, thinking });
  const { region, diagnosis } = told;
  const findings = (diagnosis?.findings ?? []).slice(0, MOST_FINDINGS);
  const answer = readOut(heard, told, { asOf, thinking });
  const ask = nextAsk(told, answer, thinking);
  return {
    text,
    asOf,
    findings: findings.map((finding) => lineOf(finding, thinking)),
    record: recordOf(heard, told, findings),
    ...(region === undefined
      ? {}
      : { region: { code: region, name: regionName(thinking.knowledge(), region) } }),
    ...(heard.symptom === undefined
      ? {}
      : { symptom: { id: heard.symptom, label: symptomLabel(heard, thinking) } }),
    ...(ask === undefined ? {} : { ask }),
    ...(answer === undefined
      ? {}
      : { answer: { text: answer.text, ...(answer.source === undefined ? {} : { source: answer.source }) } }),
  };
}

/** Before the first 答： stands the complaint; a 问： on a line of its own only says what was asked. */
function partsOf(text: string): { readonly complaint: string; readonly answers: readonly string[] } {
  const [complaint = '', ...rest] = text
    .split(/(?:^|\s)答[:：]/u)
    .map((part) => part.replace(/\n\s*问[:：][^\n]*\s*$/u, '').trim());
  return { complaint, answers: rest.filter((part) => part !== '').slice(0, MOST_ANSWERS) };
}

// === What the answers add

interface ReplayState {
  readonly region: RegionCode | undefined;
  /** The caller does not know where they are insured. */
  readonly isPlaceUnknown: boolean;
  readonly facts: readonly Fact[];
  readonly skipped: readonly FactId[];
  readonly asked: number;
  readonly diagnosis: Diagnosis | undefined;
}

interface At {
  readonly asOf: Day;
  readonly thinking: Thinking;
}

/** Puts each answer to the question that was next when it was given. */
function replay(heard: Heard, answers: readonly string[], at: At): ReplayState {
  const begin: ReplayState = {
    region: heard.region,
    isPlaceUnknown: false,
    facts: heard.facts,
    skipped: [],
    asked: 0,
    diagnosis: undefined,
  };
  return answers.reduce(
    (state, answer) => judged(heard, answered(state, answer, at), at),
    judged(heard, begin, at),
  );
}

function judged(heard: Heard, state: ReplayState, { asOf, thinking }: At): ReplayState {
  if (!heard.isComplaint) return state;
  const knowledge = thinking.knowledge();
  const diagnosis = diagnose(knowledge.causes, {
    symptom: heard.symptom ?? 'other',
    facts: [...regionFacts(knowledge, state.region ?? NATION, asOf), ...state.facts],
    hints: heard.hints,
    skipped: state.skipped,
    asked: state.asked,
    // Nobody is here whose records might be opened.
    records: 'closed',
  });
  return { ...state, diagnosis };
}

function answered(state: ReplayState, answer: string, { asOf, thinking }: At): ReplayState {
  const asking = askingOf(state, thinking);
  if (asking === undefined) return state;
  const ears = { understander: thinking.understander(), asOf, region: state.region };
  const { slots, isUnsure } = answerTo(answer, asking, ears);
  const said = factsIn(slots);
  if (asking.slot === 'region') {
    const region = typeof slots.region === 'string' ? slots.region : state.region;
    return {
      ...state,
      region,
      isPlaceUnknown: region === undefined && isUnsure,
      facts: [...state.facts, ...said],
    };
  }
  const isAnswered = said.some(({ id }) => id === asking.slot);
  return {
    ...state,
    facts: [...state.facts, ...said],
    // What was not understood is asked again; what is not known is not.
    skipped: isUnsure ? [...state.skipped, asking.slot] : state.skipped,
    asked: state.asked + Number(isAnswered || isUnsure),
  };
}

function needsPlace({ region, isPlaceUnknown }: ReplayState): boolean {
  return region === undefined && !isPlaceUnknown;
}

function askingOf(state: ReplayState, { knowledge }: Thinking): Asking | undefined {
  if (needsPlace(state)) return { slot: 'region', reply: 'desk.triage.ask.region', params: {} };
  const next = state.diagnosis?.next;
  if (next === undefined) return undefined;
  return {
    slot: next.fact,
    reply: `diagnose.ask.${next.fact}`,
    params: {},
    choices: choicesOf(next, knowledge()),
  };
}

// === What comes of it

function nextAsk(state: ReplayState, answer: Told | undefined, thinking: Thinking): string | undefined {
  // Rules differ from place to place, so the place comes before anything that hangs on them.
  if (needsPlace(state) && (state.diagnosis !== undefined || answer !== undefined))
    return thinking.words('desk.triage.ask.region');
  const next = state.diagnosis?.next;
  if (next !== undefined) return toldQuestion(next, thinking)?.text;
  return state.diagnosis === undefined && answer === undefined
    ? thinking.words('desk.triage.ask.what')
    : undefined;
}

function readOut(heard: Heard, state: ReplayState, { asOf, thinking }: At): Told | undefined {
  const place = { asOf, region: state.region };
  const [likeliest] = state.diagnosis?.findings ?? [];
  if (likeliest !== undefined && isWorthTelling(likeliest, state.diagnosis?.settled === true)) {
    const facts = [...regionFacts(thinking.knowledge(), state.region ?? NATION, asOf), ...state.facts];
    return toldCause(likeliest, facts, place, thinking);
  }
  return heard.question === undefined ? undefined : toldAnswer(heard.question, place, thinking);
}

/** @internal also for drafts */
export function isWorthTelling({ p, because }: Finding, isSettled: boolean): boolean {
  return isSettled || (p >= READ_OUT && because.length > 0);
}

function lineOf({ cause, p, because, against, remedy }: Finding, thinking: Thinking): TriageFinding {
  const { causes, faq } = thinking.knowledge();
  const { words } = thinking;
  const title = remedy.kind === 'guide' ? faq.get(remedy.faq ?? '')?.title : undefined;
  const todo =
    remedy.kind === 'act'
      ? words('desk.todo.act', { flow: remedy.flow })
      : remedy.kind === 'person'
        ? words('desk.todo.person')
        : title === undefined
          ? undefined
          : words('desk.todo.guide', { title });
  return {
    cause,
    title: causes.get(cause)?.title ?? cause,
    p,
    because: because.map((one) => evidenceLabel(one, thinking)),
    against: against.map((one) => evidenceLabel(one, thinking)),
    ...(todo === undefined ? {} : { todo }),
  };
}

function recordOf(heard: Heard, { region }: ReplayState, findings: readonly Finding[]): Triaged['record'] {
  return {
    findings,
    ...(region === undefined ? {} : { region }),
    ...(heard.symptom === undefined ? {} : { symptom: heard.symptom }),
  };
}

function symptomLabel({ symptom }: Heard, { knowledge, words }: Thinking): string {
  const label = knowledge().lexicon.symptoms[symptom ?? 'other']?.label;
  return label ?? labelOf(words, 'symptom', symptom ?? 'other');
}
