/**
 * query: what the records say about the citizen's own members, balance, spending or refunds.
 *
 * Asks which of them when the words did not tell; the person verifies; the clerk looks; the answer is said.
 */
import { setup } from 'xstate';
import type { Flow } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, listOf, say, shown } from './machine.ts';

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    fetch: emit(({ slots }) => ({
      kind: 'submitTask',
      task: 'query',
      input: { object: slots.object ?? null },
    })),
    sayList: say(({ slots }) => `query.${String(slots.object)}.list`),
    sayNone: say(({ slots }) => `query.${String(slots.object)}.none`),
    sayUnavailable: say('query.unavailable'),
  },
  guards: {
    ...guards,
    lacksObject: lacks('object'),
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => listOf(context.data, 'items').length === 0,
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
