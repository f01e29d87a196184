/**
 * One event through one flow. The only place beside `flows/` that knows XState.
 *
 * Nothing is ever started: a snapshot is restored, `transition()` gives the next one and the actions,
 * and every action must be a declared effect.
 */
import {
  type AnyMachineSnapshot,
  createActor,
  type ExecutableActionsFrom,
  initialTransition,
  type Snapshot,
  transition,
} from 'xstate';
import type {
  EffectAction,
  Flow,
  FlowContext,
  FlowEvent,
  FlowOutcome,
  RestMeta,
  World,
} from '../../flows/flow.ts';
import type { Effect, Frame, Slots } from '../domain/conversation.ts';
import type { Json } from '../domain/json.ts';

/** Where a flow has come to rest. */
export interface Rest {
  readonly ask?: NonNullable<RestMeta['ask']>;
  /** Set when it is over. */
  readonly outcome?: FlowOutcome;
  /** An act was submitted: not to be begun again, changed or cancelled. */
  readonly isCommitted: boolean;
  readonly context: FlowContext;
}

export interface Stepped {
  readonly frame: Frame;
  readonly effects: readonly Effect[];
  readonly rest: Rest;
  /** The state did not want the event. */
  readonly isIgnored: boolean;
}

/** A flow begun with what the citizen already gave. */
export function beginFlow(
  flow: Flow,
  start: {
    readonly slots: Slots;
    readonly given: readonly string[];
    readonly world: World;
    readonly child: boolean;
  },
): Stepped {
  const input = { slots: start.slots, world: start.world };
  const [snapshot, actions] = initialTransition(flow.machine, input);
  const frame: Frame = {
    flow: flow.id,
    version: flow.version,
    saved: persist(flow, snapshot),
    slots: start.slots,
    given: start.given,
    child: start.child,
  };
  return { frame, effects: effectsOf(flow, actions), rest: restOf(snapshot), isIgnored: false };
}

/** The event applied to a frame. A finished flow takes none: it would otherwise still move. */
export function stepFlow(flow: Flow, frame: Frame, event: FlowEvent, world: World): Stepped {
  const before = restore(flow, frame, world);
  if (before.status !== 'active' || !before.can(event)) {
    return { frame, effects: [], rest: restOf(before), isIgnored: true };
  }
  const [after, actions] = transition(flow.machine, before, event);
  const { slots } = after.context as FlowContext;
  const given = [
    ...frame.given,
    ...answeredBy(event, restOf(before)).filter((slot) => !frame.given.includes(slot)),
  ];
  const next: Frame = { ...frame, saved: persist(flow, after), slots, given };
  known.set(next, after);
  return { frame: next, effects: effectsOf(flow, actions), rest: restOf(after), isIgnored: false };
}

/**
 * Slots an event answers. A secure page answers its question; what else it brings hangs on that. A confirmation is
 * never a slot, wherever it was given.
 */
function answeredBy(event: FlowEvent, { ask }: Rest): readonly string[] {
  if (event.type === 'provide') return Object.keys(event.slots);
  return event.type === 'secure.done' && ask !== undefined && ask.confirm !== true ? [ask.slot] : [];
}

/** Where a stored frame rests, without moving it. */
export function lookAt(flow: Flow, frame: Frame, world: World): Rest {
  return restOf(restore(flow, frame, world));
}

/**
 * Snapshots of frames seen in this process, so that a turn restores a frame once. Frames are never
 * changed, and a snapshot says nothing its frame does not: forgetting one costs time only.
 */
const known = new WeakMap<Frame, AnyMachineSnapshot>();

function restore(flow: Flow, frame: Frame, world: World): AnyMachineSnapshot {
  const snapshot = known.get(frame) ?? revive(flow, frame);
  known.set(frame, snapshot);
  return { ...snapshot, context: { ...(snapshot.context as FlowContext), world } } as AnyMachineSnapshot;
}

function revive(flow: Flow, frame: Frame): AnyMachineSnapshot {
  const snapshot = frame.saved as unknown as Snapshot<unknown>;
  // Never start() it: a started actor would run what the stored one was waiting for.
  const revived = createActor(flow.machine, { snapshot }).getSnapshot() as AnyMachineSnapshot;
  if (revived.status === 'error') {
    throw new Error(`Stored frame of flow '${flow.id}@${frame.version}' cannot be restored`);
  }
  return revived;
}

function persist(flow: Flow, snapshot: AnyMachineSnapshot): Json {
  return JSON.parse(JSON.stringify(flow.machine.getPersistedSnapshot(snapshot))) as Json;
}

function restOf(snapshot: AnyMachineSnapshot): Rest {
  const metas = Object.values(snapshot.getMeta() as Record<string, RestMeta | undefined>);
  const meta: RestMeta = Object.assign({}, ...metas);
  const isOver = snapshot.status === 'done';
  return {
    ...(meta.ask === undefined || isOver ? {} : { ask: meta.ask }),
    ...(isOver ? { outcome: meta.outcome ?? 'done' } : {}),
    isCommitted: snapshot.hasTag('committed'),
    context: snapshot.context as FlowContext,
  };
}

function effectsOf(
  flow: Flow,
  actions: readonly ExecutableActionsFrom<Flow['machine']>[],
): readonly Effect[] {
  return (actions as readonly { readonly type: string; readonly params: unknown }[]).map((action) => {
    if (action.type !== 'effect') {
      throw new Error(
        `Flow '${flow.id}' returned the action '${action.type}'; only declared effects may leave a flow`,
      );
    }
    return (action as EffectAction).params;
  });
}
