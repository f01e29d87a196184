/**
 * The pure core: a conversation and what came in give the next conversation and what is to be done.
 * Same input, same output; nothing is sent, stored or looked up outside what it is handed.
 */

import { nextStatus } from '../../flows/conversation.ts';
import { flowOf } from '../../flows/index.ts';
import type { NewLink, NewTask, NewTimer } from '../contracts/store.ts';
import type {
  Command,
  Conversation,
  Inbound,
  InboundContent,
  MaskedKind,
  Reply,
  Slots,
} from '../domain/conversation.ts';
import type { Finding } from '../domain/fact.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Understanding } from '../domain/understanding.ts';
import type { Listening } from '../understanding/understander.ts';
import { type Draft, draftOf, type NewCase, say, type TurnContext, todayOf } from './draft.ts';
import { applyOffice, applySettled, applyStaff, applyTimer } from './news.ts';
import { saidInPassing, withoutNumber } from './passing.ts';
import { askTop, isAsked } from './prompt.ts';
import { back, cancel, correct, miss, reopen, repeat, restart } from './repair.ts';
import { answer, answerWithEntry, askBack, greet, outOfScope, thank } from './respond.ts';
import { deliver, pushFlow, renewStack, restOf, rootFlow, rootIndex } from './stack.ts';

/** How long a proof of identity holds within a conversation. */
export const VERIFIED_FOR_MS = 30 * 60_000;

export interface Turn {
  readonly conversation: Conversation;
  readonly replies: readonly Reply[];
  readonly tasks: readonly NewTask[];
  readonly links: readonly NewLink[];
  readonly timers: readonly NewTimer[];
  readonly cases: readonly NewCase[];
  readonly findings: readonly Finding[];
  readonly understanding: Understanding | undefined;
  readonly events: readonly string[];
  readonly effects: readonly string[];
}

/** One turn over everything that has come in since the last one, oldest first. */
export function turn(
  conversation: Conversation,
  contents: readonly Inbound['content'][],
  context: TurnContext,
): Turn {
  const draft = draftOf(conversation, context);
  // What could not be worked off is not tried again in the hands of a person.
  if (contents.some((content) => content.kind === 'office' && content.event === 'turn_failed'))
    draft.stack = [];
  renewStack(draft);
  for (const content of joinBursts(contents)) apply(draft, content);
  return finish(draft, contents.every(isQuiet));
}

/** Short messages sent in one breath are one utterance. */
function joinBursts(contents: readonly InboundContent[]): readonly InboundContent[] {
  const joined: InboundContent[] = [];
  for (const content of contents) {
    const last = joined.at(-1);
    if (content.kind !== 'text' || last?.kind !== 'text') joined.push(content);
    else {
      const masked: readonly MaskedKind[] = [...new Set([...last.masked, ...content.masked])];
      joined[joined.length - 1] = { kind: 'text', text: `${last.text}，${content.text}`, masked };
    }
  }
  return joined;
}

function apply(draft: Draft, content: InboundContent): void {
  const isFromCitizen = content.kind === 'text' || content.kind === 'choice';
  if (isFromCitizen) draft.status = nextStatus(draft.status, { type: 'citizen_wrote' });
  // A person has the floor: the bot keeps the words and stays silent.
  if (draft.status === 'human' && (isFromCitizen || content.kind === 'opened')) return;
  draft.events.push(content.kind);
  switch (content.kind) {
    case 'text':
      applyText(draft, content.text, content.masked);
      return;
    case 'choice':
      applyChoice(draft, content.value);
      return;
    case 'opened':
      if (draft.before.version === 0) say(draft, 'greet.hello');
      return;
    case 'unsupported':
      say(draft, 'channel.unsupported');
      return;
    case 'secure.done':
      applySecure(draft, content);
      return;
    case 'task.settled':
      applySettled(draft, content);
      return;
    case 'office':
      applyOffice(draft, content.event, content.params);
      return;
    case 'staff':
      applyStaff(draft, content);
      return;
    case 'timer':
      applyTimer(draft, content.name, content.params);
  }
}

function applyText(draft: Draft, text: string, masked: readonly MaskedKind[]): void {
  if (masked.length > 0) say(draft, 'privacy.masked', { kinds: masked });
  const { words, number } = withoutNumber(text);
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
function applyChoice(draft: Draft, value: string): void {
  const [kind, name = ''] = value.split(/:(.*)/su);
  const { asking } = draft;
  if (kind === 'do') applyCommand(draft, commandOf(name));
  else if (kind === 'flow' && flowOf(name) !== undefined) startFlow(draft, name, {});
  else if (kind === 'intent') applyIntent(draft, name as Intent);
  else if (kind === 'faq') answerWithEntry(draft, name);
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

function applyIntent(draft: Draft, intent: Intent): void {
  const entry = draft.context.knowledge.intents.get(intent);
  if (entry === undefined) say(draft, 'repair.stale_choice');
  else if (intent === 'case.handoff') applyCommand(draft, { kind: 'handOff' });
  else if (entry.flow !== undefined) startFlow(draft, entry.flow, entry.slots ?? {});
  else answer(draft, entry.answer_with ?? intent, []);
}

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

/** A secure page was completed. Who verified is now known to the conversation, by reference only. */
function applySecure(draft: Draft, done: InboundContent & { readonly kind: 'secure.done' }): void {
  const { purpose, slots } = done;
  if (purpose === 'verify') {
    const until = new Date(draft.context.now + VERIFIED_FOR_MS).toISOString();
    const person = { ref: slots.person as PersonRef, maskedName: String(slots.personName), until };
    // Records of another person say nothing about this one.
    const facts = draft.profile.person?.ref === person.ref ? draft.profile.facts : {};
    draft.profile = { ...draft.profile, person, facts };
    say(draft, 'verify.done', { personName: person.maskedName });
  }
  const index = draft.stack.findLastIndex((_, at) => restOf(draft, at)?.ask?.secure === purpose);
  const { person: _, ...kept } = slots;
  const isTaken =
    index >= 0 &&
    deliver(draft, index, { type: 'secure.done', purpose, slots: purpose === 'verify' ? kept : slots });
  if (!isTaken && purpose !== 'verify') say(draft, 'secure.too_late');
}

/** What nobody said: when it changes nothing, the open question is not put again. */
const isQuiet = (content: InboundContent): boolean =>
  content.kind === 'timer' ||
  content.kind === 'opened' ||
  (content.kind === 'task.settled' && content.name === 'check-invitation');

function finish(draft: Draft, isQuiet: boolean): Turn {
  if (!draft.isMissed && !isQuiet) draft.misses = 0;
  if (draft.offered === draft.before.offered) draft.offered = undefined;
  const isSilent = isQuiet && draft.replies.length === 0;
  if (draft.status !== 'human' && !isSilent) askTop(draft);
  const { before, context } = draft;
  const conversation: Conversation = {
    id: before.id,
    version: before.version + 1,
    address: before.address,
    status: draft.status,
    profile: draft.profile,
    stack: draft.stack,
    lastReplies: draft.replies.length > 0 ? withoutLinks(draft.replies) : before.lastReplies,
    misses: draft.misses,
    updatedAt: new Date(context.now).toISOString(),
    ...(draft.asking === undefined ? {} : { asking: draft.asking }),
    ...(draft.offered === undefined ? {} : { offered: draft.offered }),
    ...(draft.openCase === undefined ? {} : { openCase: draft.openCase }),
  };
  const { replies, tasks, links, timers, cases, findings, understanding, events, effects } = draft;
  return { conversation, replies, tasks, links, timers, cases, findings, understanding, events, effects };
}

/** The secret of a link is said once and not kept with the conversation. */
function withoutLinks(replies: readonly Reply[]): readonly Reply[] {
  return replies.map(({ id, params: { url: _, secure: __, ...params } }) => ({ id, params }));
}
