/**
 * What works in every state: stop, one step back, all over again, say it again, change an earlier
 * answer, and being misunderstood. All of it rests on one fact: a flow begun anew from its slots
 * comes to rest where those slots end.
 */
import { flowOf } from '../../flows/index.ts';
import type { Frame, Slots } from '../domain/conversation.ts';
import { type Draft, say } from './draft.ts';
import { popFrame, replaceFrame, restOf, rootFlow, rootIndex } from './stack.ts';

/** After this many answers that do not fit, a person is offered. */
export const MISSES_BEFORE_PERSON = 3;

/** 取消: the task on top ends without an act; what was submitted cannot be called back here. */
export function cancel(draft: Draft): void {
  const top = draft.stack.length - 1;
  if (top < 0) {
    say(draft, 'repair.nothing_to_cancel');
    return;
  }
  const root = rootIndex(draft);
  if (isCommittedFrom(draft, root)) {
    say(draft, 'repair.already_submitted', { flow: rootFlow(draft) });
    return;
  }
  say(draft, 'repair.cancelled', { flow: rootFlow(draft) });
  popFrame(draft, root, 'cancelled');
}

/** 上一步: the last answer given is forgotten and asked again. */
export function back(draft: Draft): void {
  const index = draft.stack.findLastIndex((frame) => frame.given.length > 0);
  if (index < 0 || index < rootIndex(draft)) {
    say(draft, 'repair.nothing_before');
    return;
  }
  if (isCommittedFrom(draft, index)) {
    say(draft, 'repair.already_submitted', { flow: rootFlow(draft) });
    return;
  }
  const frame = draft.stack[index] as Frame;
  forget(draft, index, frame.given.at(-1) as string);
  say(draft, 'repair.went_back');
}

/** 重来: the task on top begins from nothing. */
export function restart(draft: Draft): void {
  const root = rootIndex(draft);
  if (draft.stack.length === 0) {
    say(draft, 'greet.menu');
    return;
  }
  if (isCommittedFrom(draft, root)) {
    say(draft, 'repair.already_submitted', { flow: rootFlow(draft) });
    return;
  }
  say(draft, 'repair.restarted', { flow: rootFlow(draft) });
  replaceFrame(draft, root, {}, []);
}

/** 再说一遍: the same words once more; the question itself follows by the end of the turn. */
export function repeat(draft: Draft): void {
  const prompt = draft.asking?.reply;
  const said = draft.before.lastReplies.filter(({ id }) => id !== prompt);
  if (said.length === 0 && prompt === undefined) say(draft, 'repair.nothing_said');
  draft.replies.push(...said);
}

/**
 * "不对，是我妈妈": the newest frame of the running task that has the slot begins again with
 * the new value; answers that hung on the old one are dropped. False when no frame has it.
 */
export function correct(draft: Draft, slots: Slots): boolean {
  const names = Object.keys(slots);
  const root = rootIndex(draft);
  const index = draft.stack.findLastIndex(
    (frame, at) => at >= root && names.some((name) => frame.slots[name] !== undefined),
  );
  if (index < 0) return false;
  if (isCommittedFrom(draft, index)) {
    say(draft, 'repair.already_submitted', { flow: rootFlow(draft) });
    return true;
  }
  const frame = draft.stack[index] as Frame;
  // Said once more, nothing changed: the question that is open is simply asked again.
  if (names.every((name) => frame.slots[name] === slots[name])) return true;
  const dropped = new Set(names.flatMap((name) => hangingOn(frame, name)));
  const kept = Object.fromEntries(Object.entries(frame.slots).filter(([slot]) => !dropped.has(slot)));
  const given = [
    ...frame.given.filter((slot) => !dropped.has(slot)),
    ...names.filter((name) => !frame.given.includes(name)),
  ];
  if (slots.region !== undefined) draft.profile = { ...draft.profile, region: String(slots.region) };
  say(draft, 'repair.corrected', { ...slots });
  replaceFrame(draft, index, { ...kept, ...slots }, given);
  return true;
}

/** A named slot of the top task is to be changed: it is forgotten with all that hangs on it, and asked again. */
export function reopen(draft: Draft, slot: string): boolean {
  const index = draft.stack.findLastIndex((frame) => frame.given.includes(slot));
  if (index < 0 || isCommittedFrom(draft, index)) return false;
  forget(draft, index, slot);
  return true;
}

/** Not understood: other words the next time, and a person after the third. */
export function miss(draft: Draft): void {
  draft.misses += 1;
  draft.isMissed = true;
  if (draft.misses >= MISSES_BEFORE_PERSON) say(draft, 'repair.offer_person');
  else if (draft.stack.length === 0)
    say(draft, draft.misses === 1 ? 'repair.not_understood' : 'repair.topics');
  else if (restOf(draft)?.ask === undefined) say(draft, 'repair.still_working');
}

function forget(draft: Draft, index: number, slot: string): void {
  const frame = draft.stack[index] as Frame;
  const dropped = new Set([slot, ...hangingOn(frame, slot)]);
  if (slot === 'region') draft.profile = withoutRegion(draft);
  const slots = Object.fromEntries(Object.entries(frame.slots).filter(([name]) => !dropped.has(name)));
  replaceFrame(
    draft,
    index,
    slots,
    frame.given.filter((name) => !dropped.has(name)),
  );
}

function withoutRegion(draft: Draft): Draft['profile'] {
  const { region: _, ...rest } = draft.profile;
  return rest;
}

/** Slots that no longer hold when this one changes, and what came with it in the same answer. */
function hangingOn(frame: Frame, slot: string): readonly string[] {
  return flowOf(frame.flow)?.invalidates[slot] ?? [];
}

function isCommittedFrom(draft: Draft, index: number): boolean {
  return draft.stack.some((_, at) => at >= index && restOf(draft, at)?.isCommitted === true);
}
