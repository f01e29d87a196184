/**
 * One event through one flow. The only place beside `flows/` that knows XState.
 *
 * Nothing is ever started: a snapshot is restored, the machine gives the next one and the actions, and
 * every action must be a declared effect. XState's own `transition()` does the same, but makes an actor
 * that is thrown away for every step, which costs more than the step.
 */
import {
  type AnyActor,
  type AnyActorScope,
  type AnyMachineSnapshot,
  createActor,
  type ExecutableActionsFrom,
} from 'xstate';
import type {
  EffectAction,
  Flow,
  FlowContext,
  FlowEvent,
  FlowInput,
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
  const input: FlowInput = { slots: start.slots, world: start.world };
  const actions: Action[] = [];
  const snapshot = flow.machine.getInitialSnapshot(scopeOf(flow, actions), input) as AnyMachineSnapshot;
  if (snapshot.status === 'error') throw snapshot.error;
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
  const actions: Action[] = [];
  const after = flow.machine.transition(before, event, scopeOf(flow, actions)) as AnyMachineSnapshot;
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
  try {
    const saved = frame.saved as unknown as AnyMachineSnapshot;
    const revived = flow.machine.restoreSnapshot(saved, scopeOf(flow, [])) as AnyMachineSnapshot;
    if (revived.status !== 'error') return revived;
    throw revived.error;
  } catch (cause) {
    throw new Error(`Stored frame of flow '${flow.id}@${frame.version}' cannot be restored`, { cause });
  }
}

type Action = ExecutableActionsFrom<Flow['machine']>;

/** What a machine may reach while it moves: nothing but the list its actions are put on. */
function scopeOf({ machine }: Flow, actions: Action[]): AnyActorScope {
  const self =
    actors.get(machine) ?? createActor(machine, { input: { slots: {}, world: { verified: false } } });
  actors.set(machine, self);
  return {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    defer: nothing,
    logger: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action) => {
      actions.push(action as Action);
    },
  };
}

/** One for each machine, never started: the party a machine is told of and never speaks to. */
const actors = new WeakMap<Flow['machine'], AnyActor>();

function nothing(): void {}

function persist(flow: Flow, snapshot: AnyMachineSnapshot): Json {
  return plain(flow.machine.getPersistedSnapshot(snapshot)) as Json;
}

/** As it is after a journey through JSON: without what is undefined. What holds nothing of the kind is not copied. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const parts = value.map((part) => plain(part) ?? null);
    return parts.every((part, index) => part === value[index]) ? value : parts;
  }
  const parts = Object.entries(value).map(([name, part]) => [name, part, plain(part)] as const);
  if (parts.every(([, part, kept]) => part !== undefined && part === kept)) return value;
  return Object.fromEntries(parts.flatMap(([name, , kept]) => (kept === undefined ? [] : [[name, kept]])));
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
