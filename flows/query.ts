/**
 * query: what the records say about the citizen's own members, balance, spending or refunds.
 *
 * Asks which of them when the words did not tell; the person verifies; the clerk looks; the answer is said.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, listOf, say, shown } from './machine.ts';

/** Relations that are over are history; a list of members shows what holds or is under way. */
const OVER = new Set(['DECLINED', 'EXPIRED', 'REJECTED', 'WITHDRAWN', 'ENDED']);

function found({ slots, data }: FlowContext): readonly JsonObject[] {
  const items = listOf(data, 'items');
  return slots.object === 'members' ? items.filter((item) => !OVER.has(String(item.state))) : items;
}

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    fetch: emit(({ slots }) => ({
      kind: 'submitTask',
      task: 'query',
      input: { object: slots.object ?? null },
    })),
    sayList: say(
      ({ slots }) => `query.${String(slots.object)}.list`,
      (context) => ({ ...shown(context), items: found(context) }),
    ),
    sayNone: say(({ slots }) => `query.${String(slots.object)}.none`),
    sayUnavailable: say('query.unavailable'),
  },
  guards: {
    ...guards,
    lacksObject: lacks('object'),
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => found(context).length === 0,
  },
}).createMachine({
  id: 'query',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksObject', target: 'askingObject' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { target: 'done' },
      ],
    },
    askingObject: {
      meta: { ask: { slot: 'object', reply: 'query.ask.object' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    verifying: {
      tags: 'waiting',
      entry: 'callVerify',
      on: {
        'child.done': [{ guard: 'childDone', target: 'deciding' }, { target: 'stopped' }],
      },
    },
    fetching: {
      tags: 'waiting',
      entry: 'fetch',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unavailable' },
        ],
      },
    },
    none: { type: 'final', entry: 'sayNone', meta: { outcome: 'done' } },
    done: { type: 'final', entry: 'sayList', meta: { outcome: 'done' } },
    unavailable: { type: 'final', entry: 'sayUnavailable', meta: { outcome: 'failed' } },
    stopped: { type: 'final', meta: { outcome: 'cancelled' } },
  },
});

export const query: Flow = { id: 'query', version: 1, machine, invalidates: {}, prompt: shown };
