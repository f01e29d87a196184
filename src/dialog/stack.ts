/**
 * Running flows: begins frames, delivers events to them, carries out their effects on the draft, and
 * folds finished frames away. A child's end is an event for the frame below; the end of any other
 * frame lets the one below go on.
 */

import { nextStatus } from '../../flows/conversation.ts';
import type { FlowEvent, FlowOutcome } from '../../flows/flow.ts';
import { flowOf } from '../../flows/index.ts';
import type { Effect, Frame, Slots } from '../domain/conversation.ts';
import { makeId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { runCheck } from './checks.ts';
import { type Draft, say, todayOf, worldOf } from './draft.ts';
import { placeOf } from './figures.ts';
import { forgetRecords } from './gather.ts';
import { ownDataPage } from './own-data.ts';
import { recheck } from './recheck.ts';
import { isOpenHere, pointElsewhere } from './standing.ts';
import { beginFlow, lookAt, type Rest, type Stepped, stepFlow } from './step.ts';
import { matterOf, tellFindings, think } from './think.ts';

/** Tasks a person interrupts for tasks; deeper than this nobody can follow. */
export const STACK_LIMIT = 6;
/** A silence longer than this makes people type again. */
export const STILL_WORKING_AFTER_MS = 6_000;
/** Deliveries in one turn; reached only by a fault in a flow. */
const DELIVERY_LIMIT = 64;

/** Puts a flow on top and runs it to its first rest. */
export function pushFlow(draft: Draft, id: string, slots: Slots, child: boolean): void {
  const flow = flowOf(id);
  if (flow === undefined) throw new Error(`There is no flow '${id}'; add it to flows/index.ts`);
  // A person can be had at any depth: the frame is over before anything else is pushed.
  if (draft.stack.length >= STACK_LIMIT && id !== 'hand-off') {
    say(draft, 'repair.too_many_tasks');
    return;
  }
  // The last lock: whichever way a flow was reached, nothing is done in nobody's name.
  if (!isOpenHere(draft, id)) {
    pointElsewhere(draft, id);
    if (child) deliver(draft, draft.stack.length - 1, { type: 'child.done', flow: id, outcome: 'cancelled' });
    return;
  }
  const world = worldOf(draft);
  const known: Slots = world.region === undefined ? slots : { region: world.region, ...slots };
  const stepped = beginFlow(flow, {
    slots: known,
    given: Object.keys(slots).filter((slot) => slot !== 'hints'),
    world,
    child,
  });
  draft.events.push(`begin:${id}`);
  draft.stack.push(stepped.frame);
  settle(draft, draft.stack.length - 1, stepped);
}

/** Puts a frame begun anew from changed slots in the place of an old one; everything above it is dropped. */
export function replaceFrame(draft: Draft, index: number, slots: Slots, given: readonly string[]): void {
  const old = draft.stack[index];
  const flow = old && flowOf(old.flow);
  if (old === undefined || flow === undefined) return;
  const stepped = beginFlow(flow, { slots, given, world: worldOf(draft), child: old.child });
  leave(draft, draft.stack.splice(index, draft.stack.length - index, stepped.frame));
  settle(draft, index, stepped);
}

/** Delivers an event to one frame; false when its state did not want it. */
export function deliver(draft: Draft, index: number, event: FlowEvent): boolean {
  draft.deliveries += 1;
  if (draft.deliveries > DELIVERY_LIMIT) throw new Error('Flows deliver events to each other without end');
  const frame = draft.stack[index];
  const flow = frame && flowOf(frame.flow);
  if (frame === undefined || flow === undefined) return false;
  // Whatever became of an act: the records seen before it may hold no longer.
  if (event.type === 'task.settled' && restOf(draft, index)?.isCommitted === true) forgetRecords(draft);
  const stepped = stepFlow(flow, frame, event, worldOf(draft));
  if (stepped.isIgnored) return false;
  draft.events.push(`${event.type}>${flow.id}`);
  leave(draft, [frame]);
  draft.stack[index] = stepped.frame;
  settle(draft, index, stepped);
  return true;
}

/** Removes the frame and tells, or resumes, what lies below. */
export function popFrame(draft: Draft, index: number, outcome: FlowOutcome): void {
  const over = draft.stack.splice(index, draft.stack.length - index);
  const [frame] = over;
  if (frame === undefined) return;
  leave(draft, over);
  draft.events.push(`end:${frame.flow}:${outcome}`);
  if (frame.child) deliver(draft, index - 1, childDone(frame, outcome));
  else resumeBelow(draft, index - 1);
}

function childDone({ flow, slots }: Frame, outcome: FlowOutcome): FlowEvent {
  const { relation } = slots;
  return { type: 'child.done', flow, outcome, ...(typeof relation === 'string' ? { relation } : {}) };
}

/** One line so that nobody wonders why an old question is back. */
function resumeBelow(draft: Draft, index: number): void {
  const below = draft.stack[index];
  if (below !== undefined) say(draft, 'repair.resumed', { flow: rootFlow(draft, index) });
}

/** The task a frame belongs to: the lowest frame of its chain of children. */
export function rootIndex(draft: Draft, index = draft.stack.length - 1): number {
  let root = index;
  while (root > 0 && draft.stack[root]?.child === true) root -= 1;
  return root;
}

export function rootFlow(draft: Draft, index = draft.stack.length - 1): string {
  return draft.stack[rootIndex(draft, index)]?.flow ?? '';
}

export function restOf(draft: Draft, index = draft.stack.length - 1): Rest | undefined {
  const frame = draft.stack[index];
  const flow = frame && flowOf(frame.flow);
  return frame && flow && lookAt(flow, frame, worldOf(draft));
}

/** Frames stored by an older version of their flow are begun again from their slots; unknown ones go. */
export function renewStack(draft: Draft): void {
  for (let index = 0; index < draft.stack.length; index += 1) {
    const frame = draft.stack[index] as Frame;
    const flow = flowOf(frame.flow);
    if (flow?.version === frame.version) continue;
    say(draft, 'repair.flow_renewed', { flow: frame.flow });
    // What was submitted is told when the office answers; to begin it again could submit it twice.
    if (flow === undefined || frame.task !== undefined)
      leave(draft, draft.stack.splice(index, draft.stack.length - index));
    else replaceFrame(draft, index, frame.slots, frame.given);
  }
}

/** Carries out the effects of a step, then folds the frame away if it is over. */
function settle(draft: Draft, index: number, stepped: Stepped): void {
  draft.moves.push(`>${placeOf(stepped.frame)}`);
  for (const effect of stepped.effects) perform(draft, index, effect);
  if (stepped.rest.outcome !== undefined) popFrame(draft, index, stepped.rest.outcome);
}

function leave(draft: Draft, frames: readonly Frame[]): void {
  draft.moves.push(...frames.map((frame) => `<${placeOf(frame)}`));
}

function perform(draft: Draft, index: number, effect: Effect): void {
  draft.effects.push(effect.kind === 'submitTask' ? `submitTask:${effect.task}` : effect.kind);
  const { knowledge } = draft.context;
  switch (effect.kind) {
    case 'say':
      say(draft, effect.reply.id, {
        ...effect.reply.params,
        ...(effect.page === undefined ? {} : ownDataPage(draft)),
      });
      return;
    case 'submitTask':
      submit(draft, index, effect.task, effect.input);
      return;
    case 'check': {
      const checked = runCheck(effect.check, knowledge, effect.params, todayOf(draft.context));
      deliver(draft, index, { type: 'checked', ...checked });
      return;
    }
    case 'diagnose':
      deliver(draft, index, { type: 'diagnosed', ...think(draft, draft.stack[index] as Frame) });
      return;
    case 'tellFindings':
      tellFindings(draft, draft.stack[index] as Frame);
      return;
    case 'recheck':
      deliver(draft, index, { type: 'diagnosed', ...recheck(draft, draft.stack[index] as Frame) });
      return;
    case 'callFlow':
      raise(draft, index);
      pushFlow(draft, effect.flow, effect.slots, true);
      return;
    case 'openCase':
      openCase(draft, effect.reason);
  }
}

/** A flow deep in the stack that wants to talk comes up, with nothing of its own above it. */
function raise(draft: Draft, index: number): void {
  const root = rootIndex(draft, index);
  if (index === draft.stack.length - 1) return;
  const chain = draft.stack.splice(root, index - root + 1);
  draft.stack.push(...chain);
}

function submit(draft: Draft, index: number, task: string, input: JsonObject): void {
  const id = makeId('task', draft.context.random);
  const person = draft.profile.person?.ref ?? null;
  const who: JsonObject = task === 'bind' ? { payer: person } : { person };
  const given = Object.fromEntries(
    Object.entries({ ...input, ...who }).filter(([, value]) => value !== null),
  );
  draft.tasks.push({ id, name: task, input: given });
  const dueAt = draft.context.now + STILL_WORKING_AFTER_MS;
  draft.timers.push({ name: 'still_working', dueAt, params: { task: id } });
  draft.stack[index] = { ...(draft.stack[index] as Frame), task: id };
}

/** Who wants a person again within these days of the closing is still about the same thing, and keeps number and history. */
export const REOPEN_WITHIN_MS = 3 * 24 * 3_600_000;

function openCase(draft: Draft, reason: string): void {
  const { openCase: open, lastCase } = draft;
  draft.status = nextStatus(draft.status, { type: 'person_wanted' });
  if (open !== undefined) {
    say(draft, 'hand_off.already', { case: open });
    return;
  }
  const found = { reason, findings: draft.findings, ...matterOf(draft) };
  const closedAt = lastCase === undefined ? Number.NaN : Date.parse(lastCase.closedAt);
  if (lastCase !== undefined && draft.context.now - closedAt <= REOPEN_WITHIN_MS) {
    draft.cases.push({ ...found, id: lastCase.id, reopens: true });
    draft.openCase = lastCase.id;
    say(draft, 'hand_off.reopened', { case: lastCase.id });
    return;
  }
  const id = makeId('case', draft.context.random);
  draft.cases.push({ ...found, id, ...(lastCase === undefined ? {} : { previous: lastCase.id }) });
  draft.openCase = id;
  say(draft, 'hand_off.opened', { case: id });
}
