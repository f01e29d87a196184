/**
 * Meaning becomes commands of the dialogue. While a question is open the order is: an offered choice,
 * a wish to leave or repeat, a correction, yes or no, a question of the citizen's own, an answer to
 * ours, any other wish. Yes never travels with a question: 可以，不过会扣钱吗 confirms nothing.
 */
import type { Asking, Command, Slots } from '../domain/conversation.ts';
import type { Intent, Symptom } from '../domain/taxonomy.ts';
import type { Reaction, Scored, Understanding } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { IntentEntry } from '../knowledge/schema/intent.ts';
import { answerTo, byPlace, chosen } from './answers.ts';
import { anyOf } from './patterns.ts';
import { createReactions } from './reactions.ts';
import { createSlotReader } from './slots.ts';
import { MOST_OPTIONS, THRESHOLDS } from './thresholds.ts';
import type { Listening, Understander } from './understander.ts';

/** Reactions that mean the same whatever is being asked. */
const CONTROL: Partial<Record<Reaction, Command>> = {
  hand_off: { kind: 'handOff' },
  cancel: { kind: 'cancel' },
  back: { kind: 'back' },
  restart: { kind: 'restart' },
  repeat: { kind: 'repeat' },
};
const POLITE: Partial<Record<Reaction, Command>> = { greet: { kind: 'greet' }, thanks: { kind: 'thank' } };
const DECISION: Partial<Record<Reaction, Command>> = { yes: { kind: 'affirm' }, no: { kind: 'deny' } };

/** What the symptom says about the wish behind it. */
const GOAL: Partial<Record<Symptom, string>> = {
  cant_bind: 'bind',
  no_pay_button: 'pay_premium',
  cant_pay_premium: 'pay_premium',
  cant_use: 'use',
  cant_unbind: 'leave',
};
/** Slots a flow takes from the words of the wish that starts it. */
const TAKES: { readonly [flow: string]: readonly string[] } = {
  'pay-premium': ['relation', 'region'],
  'set-quota': ['relation', 'region', 'same_province'],
  bind: ['relation', 'region', 'same_province', 'platform'],
  unbind: ['relation', 'region'],
  query: ['relation', 'region'],
  diagnose: ['relation', 'region'],
};
const DIAGNOSIS_SLOTS: ReadonlySet<string> = new Set(['symptom', 'goal', 'consent_lookup']);
const UNCLEAR: Command = { kind: 'unclear' };

export function createCommander({
  intents,
  lexicon,
}: Pick<Knowledge, 'intents' | 'lexicon'>): Understander['commands'] {
  const reader = createSlotReader(lexicon);
  const findReaction = createReactions(lexicon.patterns);
  const question = anyOf(lexicon.patterns.question);

  /** Slots that a running flow may take in passing; facts only where facts are being gathered. */
  const inPassing = (understanding: Understanding, listening: Listening): Slots => {
    const { platform: _, object: __, ...slots } = reader.slots(understanding, listening);
    return { ...slots, ...(isDiagnosing(listening) ? reader.facts(understanding) : {}) };
  };

  const wish = (understanding: Understanding, listening: Listening): readonly Command[] => {
    const { action, intent, alternatives, entities } = understanding;
    switch (action) {
      case 'answer':
        if (intent !== 'chat.greet') return [{ kind: 'ask', intent, entities }];
        return [understanding.reaction === 'thanks' ? { kind: 'thank' } : { kind: 'greet' }];
      case 'task':
      case 'diagnose':
        return [started(understanding, listening, intents.get(intent))];
      case 'ask_back': {
        const options = alternatives.filter(isWorthOffering).slice(0, MOST_OPTIONS);
        return listening.offered === undefined ? [{ kind: 'askBack', options }] : [UNCLEAR];
      }
      case 'out_of_scope':
        return [{ kind: 'outOfScope', intent: intent === 'ask.other' ? 'ask.other' : 'oos' }];
      case 'fallback':
        return [UNCLEAR];
    }
  };

  /** Likely enough, and something we can do: other matters are under none-of-these. */
  const isWorthOffering = ({ id, p }: Scored<Intent>) =>
    p >= THRESHOLDS.option && intents.get(id)?.leads_to !== 'out_of_scope';

  const started = (
    understanding: Understanding,
    listening: Listening,
    entry: IntentEntry | undefined,
  ): Command => {
    const { intent, entities } = understanding;
    if (intent === 'case.handoff' || entry?.answer_with === 'case.handoff') return { kind: 'handOff' };
    if (entry?.flow === undefined) return { kind: 'ask', intent: entry?.answer_with ?? intent, entities };
    const said = reader.slots(understanding, listening);
    const taken = (TAKES[entry.flow] ?? ['region']).flatMap((slot) =>
      said[slot] === undefined ? [] : [[slot, said[slot]] as const],
    );
    const facts = entry.flow === 'diagnose' ? complaint(understanding, said) : {};
    const isOpen = isContested(understanding, entry, intents) || isVague(understanding, entry);
    const implied = isOpen ? {} : entry.slots;
    return {
      kind: 'startFlow',
      flow: entry.flow,
      intent,
      slots: { ...Object.fromEntries(taken), ...facts, ...implied },
    };
  };

  const complaint = (understanding: Understanding, said: Slots): Slots => {
    const symptom = understanding.symptom ?? 'other';
    const same = said.same_province;
    const goal = GOAL[symptom];
    return {
      // 'other' is what the flow asks about anyway: let it ask.
      ...(symptom === 'other' ? {} : { symptom }),
      ...(goal === undefined ? {} : { goal }),
      ...(same === undefined ? {} : { 'region.same_province': same === 'yes' }),
      ...reader.facts(understanding),
    };
  };

  /** Yes or no first, then something else: 是的，在苏州. */
  const afterDecision = (understanding: Understanding, listening: Listening): readonly Command[] => {
    const [head = '', ...rest] = understanding.normalized.split(' ');
    const decision = findReaction(head);
    if (rest.length === 0 || (decision !== 'yes' && decision !== 'no')) return [];
    if (question.test(rest.join(' '))) return [];
    const slots = { ...answered(understanding, listening), ...inPassing(understanding, listening) };
    if (Object.keys(slots).length === 0) return [];
    return decision === 'yes'
      ? [{ kind: 'affirm' }, { kind: 'provide', slots }]
      : [{ kind: 'correct', slots }];
  };

  const answered = (understanding: Understanding, listening: Listening): Slots | undefined => {
    const { asking } = listening;
    if (asking === undefined || asking.secure !== undefined) return undefined;
    return answerTo(asking, understanding, listening, reader);
  };

  const corrected = (understanding: Understanding, listening: Listening): readonly Command[] => {
    const last = lastOfEach(understanding);
    const slots = { ...inPassing(last, listening), ...answered(last, listening) };
    if (Object.keys(slots).length > 0) return [{ kind: 'correct', slots }];
    return listening.asking === undefined ? wish(understanding, listening) : [{ kind: 'correct', slots: {} }];
  };

  const busy = (understanding: Understanding, listening: Listening): readonly Command[] => {
    const { asking } = listening;
    const { reaction } = understanding;
    const choice = asking === undefined ? undefined : chosen(asking, understanding);
    if (asking !== undefined && choice !== undefined) return [pick(asking, choice.value)];
    const control = reaction === undefined ? undefined : CONTROL[reaction];
    if (control !== undefined) return [control];
    const isOwnQuestion = question.test(understanding.normalized) && isWish(understanding);
    if (reaction === 'correct' && !isOwnQuestion) return corrected(understanding, listening);
    const decision = reaction === undefined ? undefined : (DECISION[reaction] ?? POLITE[reaction]);
    if (decision !== undefined) return [decision];
    const mixed = afterDecision(understanding, listening);
    if (mixed.length > 0) return mixed;
    if (isOwnQuestion) return wish(understanding, listening);
    const answer = answered(understanding, listening);
    if (answer !== undefined)
      return [{ kind: 'provide', slots: { ...inPassing(understanding, listening), ...answer } }];
    if (isWish(understanding)) return wish(understanding, listening);
    const passing = inPassing(understanding, listening);
    if (Object.keys(passing).length > 0) return [{ kind: 'provide', slots: passing }];
    return question.test(understanding.normalized) ? wish(understanding, listening) : [UNCLEAR];
  };

  const idle = (understanding: Understanding, listening: Listening): readonly Command[] => {
    const { reaction } = understanding;
    const offered = pickOffered(understanding, listening, intents);
    if (offered !== undefined) {
      const entry = intents.get(offered);
      const action =
        entry?.leads_to === 'task' ? 'task' : entry?.leads_to === 'diagnose' ? 'diagnose' : 'answer';
      return wish({ ...understanding, intent: offered, action }, listening);
    }
    const control =
      reaction === undefined ? undefined : (CONTROL[reaction] ?? DECISION[reaction] ?? POLITE[reaction]);
    if (control !== undefined) return [control];
    if (reaction === 'none_of_these' || reaction === 'unsure') return [UNCLEAR];
    if (reaction === 'more' && listening.lastIntent !== undefined) {
      return [{ kind: 'ask', intent: listening.lastIntent, entities: understanding.entities }];
    }
    const passing = inPassing(understanding, listening);
    const isBare = Object.keys(passing).length > 0 && isNothingElse(understanding);
    if (isBare && !isWish(understanding)) return [{ kind: 'provide', slots: passing }];
    return wish(understanding, listening);
  };

  return (understanding, listening) =>
    listening.inFlow || listening.asking !== undefined
      ? busy(understanding, listening)
      : idle(understanding, listening);
}

function pick({ slot }: Asking, value: string): Command {
  // The manager knows whether yes confirms an act or answers a question of fact.
  if (value === 'yes') return { kind: 'affirm' };
  if (value === 'no') return { kind: 'deny' };
  return { kind: 'provide', slots: { [slot]: value } };
}

/** Facts have a dot in their names, slots of other flows do not. */
function isDiagnosing({ asking }: Listening): boolean {
  return asking !== undefined && (asking.slot.includes('.') || DIAGNOSIS_SLOTS.has(asking.slot));
}

/** Sure enough to leave what is being asked. */
function isWish({ action }: Understanding): boolean {
  return action === 'answer' || action === 'task' || action === 'diagnose';
}

/** Another intent of the same flow is nearly as likely: the flow shall ask. */
function isContested(
  { alternatives, intent, confidence }: Understanding,
  entry: IntentEntry,
  intents: Knowledge['intents'],
): boolean {
  return alternatives.some(
    ({ id, p }) => id !== intent && intents.get(id)?.flow === entry.flow && p >= confidence / 2,
  );
}

/** 帮我解绑 says neither whom nor from which side: leaving, removing and closing have different consequences. */
function isVague({ entities }: Understanding, entry: IntentEntry): boolean {
  if (entry.flow !== 'unbind') return false;
  return !entities.some(
    ({ type, value }) => type === 'relation' || (type === 'concept' && String(value).startsWith('unbind_')),
  );
}

/** In a correction the last of each kind is meant: 不是我妈，是我女儿. */
function lastOfEach(understanding: Understanding): Understanding {
  const { entities } = understanding;
  return {
    ...understanding,
    entities: entities.filter(
      ({ type, start }) => !entities.some((other) => other.type === type && other.start > start),
    ),
  };
}

function pickOffered(
  { normalized, entities }: Understanding,
  { offered }: Listening,
  intents: Knowledge['intents'],
): Intent | undefined {
  if (offered === undefined) return undefined;
  const words = normalized.replace(/[^\p{L}\p{N}]/gu, '');
  const named = offered.find((id) => intents.get(id)?.label.replace(/[^\p{L}\p{N}]/gu, '') === words);
  return named ?? byPlace(offered, entities);
}

/** The message is a place or a relative and hardly a word more. */
function isNothingElse({ text, entities }: Understanding): boolean {
  if (entities.some(({ type }) => type === 'concept' || type === 'platform')) return false;
  const covered = entities
    .filter(({ type }) => type === 'region' || type === 'relation')
    .reduce((sum, { start, end }) => sum + end - start, 0);
  return covered > 0 && text.replace(/[^\p{L}\p{N}]/gu, '').length - covered <= 2;
}
