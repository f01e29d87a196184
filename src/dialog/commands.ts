/** Commands of the citizen, typed or tapped, applied to the draft. */
import { flowOf } from '../../flows/index.ts';
import type { Command, MaskedKind, Slots } from '../domain/conversation.ts';
import type { Json } from '../domain/json.ts';
import { withoutMasks } from '../domain/masking.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Action, Understanding } from '../domain/understanding.ts';
import type { IntentEntry } from '../knowledge/schema/intent.ts';
import type { Listening } from '../understanding/understander.ts';
import { type Draft, say, todayOf } from './draft.ts';
import { saidInPassing, withoutNumber } from './passing.ts';
import { isAsked } from './prompt.ts';
import { rate } from './rating.ts';
import { back, cancel, correct, miss, reopen, repeat, restart } from './repair.ts';
import { answer, answerWithEntry, askBack, greet, outOfScope, thank } from './respond.ts';
import { deliver, pushFlow, restOf, rootFlow, rootIndex } from './stack.ts';
import { isOpenHere, pointElsewhere } from './standing.ts';

/** What was typed: understood as far as it goes, and carried out command by command. */
export function applyText(draft: Draft, text: string, masked: readonly MaskedKind[]): void {
  if (masked.length > 0) say(draft, 'privacy.masked', { kinds: masked });
  const { words, number } = withoutNumber(withoutMasks(text));
  draft.number = number;
  if (words === '' && number !== undefined) {
    startFlow(draft, 'accept-invite', {});
    return;
  }
  const listening = listeningOf(draft);
  const understood = draft.context.understander.understand(words, listening);
  draft.understanding = understood;
  const commands = draft.context.understander.commands(understood, listening);
  // A message that was nothing but a number is answered by the kind word about it.
  if (masked.length > 0 && commands.every(({ kind }) => NOTHING_MEANT.has(kind))) return;
  if (
    understood.repairedAs !== undefined &&
    commands.some(({ kind }) => kind === 'ask' || kind === 'startFlow')
  ) {
    say(draft, 'repair.read_as', { word: understood.repairedAs });
  }
  for (const command of commands) applyCommand(draft, command);
}

const NOTHING_MEANT = new Set<Command['kind']>(['unclear', 'outOfScope', 'askBack']);

function listeningOf(draft: Draft): Listening {
  const { asking, profile, before } = draft;
  return {
    inFlow: draft.stack.length > 0,
    asOf: todayOf(draft.context),
    verified: profile.person !== undefined,
    ...(asking === undefined ? {} : { asking }),
    ...(profile.region === undefined ? {} : { region: profile.region }),
    ...(profile.lastIntent === undefined ? {} : { lastIntent: profile.lastIntent }),
    ...(before.offered === undefined ? {} : { offered: before.offered }),
  };
}

/** Buttons carry what they mean: `intent:ask.what`, `flow:bind`, `faq:<id>`, `do:handOff`, or an answer to the question. */
export function applyChoice(draft: Draft, value: string): void {
  const [kind, name = ''] = value.split(/:(.*)/su);
  const { asking } = draft;
  if (kind === 'do') applyCommand(draft, commandOf(name));
  else if (kind === 'flow' && flowOf(name) !== undefined) startFlow(draft, name, {});
  else if (kind === 'intent') applyIntent(draft, name as Intent);
  else if (kind === 'faq') answerWithEntry(draft, name);
  else if (kind === 'csat') rate(draft, name);
  else if (asking?.choices?.some((choice) => choice.value === value)) answerWith(draft, value);
  else if (asking !== undefined && asking.choices === undefined) applyText(draft, value, []);
  else say(draft, 'repair.stale_choice');
}

function commandOf(name: string): Command {
  if (name === 'handOff' || name === 'cancel' || name === 'back' || name === 'restart') return { kind: name };
  return { kind: 'repeat' };
}

function answerWith(draft: Draft, value: string): void {
  const slot = draft.asking?.slot ?? '';
  if (restOf(draft)?.ask?.confirm === true)
    applyCommand(draft, { kind: value === 'yes' ? 'affirm' : 'deny' });
  else provide(draft, { [slot]: value });
}

/** A choice of an ask-back: the sentence that was unclear is read again, now that its meaning is known. */
function applyIntent(draft: Draft, intent: Intent): void {
  const entry = draft.context.knowledge.intents.get(intent);
  const action = entry && ACTIONS[entry.leads_to];
  if (entry === undefined || action === undefined) {
    say(draft, 'repair.stale_choice');
    return;
  }
  const listening = { ...listeningOf(draft), inFlow: false };
  const { understander } = draft.context;
  const read = understander.understand(draft.before.askedBack ?? entry.label, listening);
  const understood: Understanding = {
    ...read,
    intent,
    action,
    confidence: 1,
    alternatives: [{ id: intent, p: 1 }],
  };
  draft.understanding = understood;
  for (const command of understander.commands(understood, listening)) applyCommand(draft, command);
}

const ACTIONS: Partial<Record<IntentEntry['leads_to'], Action>> = {
  answer: 'answer',
  task: 'task',
  diagnose: 'diagnose',
};

function applyCommand(draft: Draft, command: Command): void {
  switch (command.kind) {
    case 'startFlow':
      draft.profile = { ...draft.profile, lastIntent: command.intent };
      startFlow(draft, command.flow, command.slots);
      return;
    case 'provide':
      provide(draft, command.slots);
      return;
    case 'affirm':
    case 'deny':
      decide(draft, command.kind);
      return;
    case 'correct':
      if (!correct(draft, command.slots)) provide(draft, command.slots);
      return;
    case 'ask':
      answer(draft, command.intent, command.entities);
      return;
    case 'askBack':
      askBack(draft, command.options);
      return;
    case 'outOfScope':
      outOfScope(draft, command);
      return;
    case 'handOff':
      pushFlow(draft, 'hand-off', {}, false);
      return;
    default:
      SIMPLE[command.kind](draft);
  }
}

const SIMPLE = { cancel, back, restart, repeat, greet, thank, unclear: miss } as const;

/** A wish for a flow that already runs is an answer to it; any other puts the running one aside. */
function startFlow(draft: Draft, flow: string, slots: Slots): void {
  const isRunning = draft.stack.length > 0 && rootFlow(draft) === flow;
  if (isRunning && restOf(draft, rootIndex(draft))?.isCommitted !== true) {
    if (Object.keys(slots).length > 0 && !correct(draft, changed(draft, slots))) deliverProvide(draft, slots);
    return;
  }
  if (!isOpenHere(draft, flow)) {
    pointElsewhere(draft, flow);
    return;
  }
  if (draft.stack.length > 0) say(draft, 'repair.set_aside', { flow: rootFlow(draft) });
  const hints = flow === 'diagnose' ? { hints: (draft.understanding?.causes ?? []) as unknown as Json } : {};
  if (slots.region !== undefined) draft.profile = { ...draft.profile, region: String(slots.region) };
  const known = flowOf(flow);
  const said = known === undefined ? {} : saidInPassing(known, draft);
  pushFlow(draft, flow, { ...said, ...slots, ...hints }, false);
}

function changed(draft: Draft, slots: Slots): Slots {
  const known = draft.stack[rootIndex(draft)]?.slots ?? {};
  return Object.fromEntries(
    Object.entries(slots).filter(([slot, value]) => known[slot] !== undefined && known[slot] !== value),
  );
}

/** An answer, or something useful said in passing. */
function provide(draft: Draft, slots: Slots): void {
  if (slots.region !== undefined) draft.profile = { ...draft.profile, region: String(slots.region) };
  if (draft.asking?.slot === 'change' && typeof slots.change === 'string' && reopen(draft, slots.change))
    return;
  if (draft.stack.length === 0) {
    provideWithoutTask(draft, slots);
    return;
  }
  if (!deliverProvide(draft, slots) && !correct(draft, slots)) miss(draft);
}

function deliverProvide(draft: Draft, slots: Slots): boolean {
  return deliver(draft, draft.stack.length - 1, { type: 'provide', slots });
}

/** "那江苏呢": a place or relation after an answer asks the same question anew. */
function provideWithoutTask(draft: Draft, slots: Slots): void {
  const { lastIntent } = draft.profile;
  if (lastIntent?.startsWith('ask.')) answer(draft, lastIntent, draft.understanding?.entities ?? []);
  else if (slots.region !== undefined) say(draft, 'profile.region_noted', { region: slots.region });
  else miss(draft);
}

function decide(draft: Draft, kind: 'affirm' | 'deny'): void {
  const ask = restOf(draft)?.ask;
  if (ask?.confirm === true) {
    confirm(draft, kind);
    return;
  }
  const value = kind === 'affirm' ? 'yes' : 'no';
  if (ask !== undefined && draft.asking?.choices?.some((choice) => choice.value === value)) {
    provide(draft, { [draft.asking.slot]: value });
    return;
  }
  if (ask !== undefined) {
    if (!deliver(draft, draft.stack.length - 1, { type: kind })) miss(draft);
    return;
  }
  const offer = draft.before.lastReplies.at(-1)?.params.followUp;
  if (draft.stack.length === 0 && kind === 'affirm' && typeof offer === 'string') startFlow(draft, offer, {});
  else say(draft, kind === 'affirm' ? 'repair.ok' : 'repair.ok_no');
}

/** A no changes nothing and always counts; a yes counts for what was shown, and not for ever. */
function confirm(draft: Draft, kind: 'affirm' | 'deny'): void {
  const asked = kind === 'deny' ? 'yes' : isAsked(draft);
  if (asked === 'yes') deliver(draft, draft.stack.length - 1, { type: kind });
  // The summary follows by the end of the turn.
  else if (asked === 'too_long_ago') say(draft, 'repair.confirm_expired');
}
