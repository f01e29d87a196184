/** The pieces every machine of this house is set up with. Names go into the config, these functions into `setup`. */
import { assign, enqueueActions } from 'xstate';
import type { Effect, Slots } from '../src/domain/conversation.ts';
import type { Json, JsonObject } from '../src/domain/json.ts';
import type { EffectAction, FlowContext, FlowEvent, FlowInput } from './flow.ts';

export const flowTypes = {} as {
  context: FlowContext;
  events: FlowEvent;
  input: FlowInput;
};

/** Initial context of every flow. */
export function begin({ input }: { readonly input: FlowInput }): FlowContext {
  return { slots: input.slots, world: input.world, data: {} };
}

/** A named action that hands one effect to the manager. */
export function emit(make: (context: FlowContext, event: FlowEvent) => Effect) {
  return enqueueActions<
    FlowContext,
    FlowEvent,
    undefined,
    FlowEvent,
    never,
    EffectAction,
    never,
    never,
    FlowEvent
  >(({ context, event, enqueue }) => {
    enqueue({ type: 'effect', params: make(context, event) });
  });
}

/** A named action that says a reply. */
export function say(
  id: string | ((context: FlowContext) => string),
  params: (context: FlowContext) => JsonObject = shown,
) {
  return emit((context) => ({
    kind: 'say',
    reply: { id: typeof id === 'string' ? id : id(context), params: params(context) },
  }));
}

/** What a reply may show of a flow: everything but references and signatures. */
export function shown(context: FlowContext): JsonObject {
  const hidden = new Set(['person', 'dependent', 'pledge']);
  return Object.fromEntries(
    Object.entries({ ...context.data, ...context.slots }).filter(([key]) => !hidden.has(key)),
  );
}

function keep(change: (context: FlowContext, event: FlowEvent) => Partial<FlowContext>) {
  return assign<FlowContext, FlowEvent, undefined, FlowEvent, never>(({ context, event }) =>
    change(context, event),
  );
}

/** Actions every flow may name. */
export const actions = {
  /** The only action that reaches the manager; its body is never run. */
  effect: (_: unknown, _params: Effect) => {},
  keepSlots: keep((context, event) =>
    event.type === 'provide' || event.type === 'secure.done'
      ? { slots: { ...context.slots, ...event.slots } }
      : {},
  ),
  keepResult: keep((context, event) =>
    event.type === 'task.settled' ? { data: { ...context.data, ...event.result } } : {},
  ),
  keepParams: keep((context, event) =>
    event.type === 'checked' || event.type === 'diagnosed'
      ? { data: { ...context.data, ...event.params } }
      : {},
  ),
  callVerify: emit(() => ({ kind: 'callFlow', flow: 'verify-identity', slots: {} })),
};

/** Notes something in `data` when the state is passed. */
export function note(data: JsonObject) {
  return keep((context) => ({ data: { ...context.data, ...data } }));
}

/** Guards every flow may name. */
export const guards = {
  isVerified: ({ context }: Guarded) => context.world.verified,
  isUnverified: ({ context }: Guarded) => !context.world.verified,
  isOk: ({ event }: Guarded) => event.type === 'checked' && event.ok,
  isDone: ({ event }: Guarded) => event.type === 'task.settled' && event.outcome === 'done',
  isRefused: ({ event }: Guarded) => event.type === 'task.settled' && event.outcome === 'refused',
  childDone: ({ event }: Guarded) => event.type === 'child.done' && event.outcome === 'done',
};

/**
 * Whether a page was completed that said this to what it showed. What it showed comes back with the answer: a page
 * opened for one bill must not pay another one.
 */
export function saysOnPage(
  answer: 'yes' | 'no',
  isSame: (shown: Slots, context: FlowContext) => boolean = () => true,
) {
  return ({ context, event }: Guarded): boolean =>
    event.type === 'secure.done' && event.slots.answer === answer && isSame(event.slots, context);
}

export interface Guarded {
  readonly context: FlowContext;
  readonly event: FlowEvent;
}

export function lacks(slot: string) {
  return ({ context }: Guarded) => context.slots[slot] === undefined;
}

export function textOf(slots: Slots, slot: string): string | undefined {
  const value: Json | undefined = slots[slot];
  return typeof value === 'string' ? value : undefined;
}

export function listOf(data: JsonObject, key: string): readonly JsonObject[] {
  const value = data[key];
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}
