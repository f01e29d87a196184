/**
 * my-data: what is stored about the person, and its deletion.
 *
 * The person verifies and sees class by class what there is and how long it stays, with the way to the page that
 * shows all of it; what is done on that page comes back on its own, so nothing waits for it. Deletion shows the same
 * and what must be kept and why; only an explicit yes destroys it. It ends with a receipt number, since
 * afterwards nobody here knows the person any more.
 */
import { setup } from 'xstate';
import type { Flow } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, say, shown } from './machine.ts';

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    count: emit(() => ({ kind: 'submitTask', task: 'view-data', input: {} })),
    erase: emit(() => ({ kind: 'submitTask', task: 'erase-data', input: {} })),
    sayView: emit((context) => ({
      kind: 'say',
      reply: { id: 'my_data.view', params: shown(context) },
      page: 'my_data',
    })),
    sayErased: say('my_data.erased'),
    sayRefused: say(({ data }) => `my_data.refused.${String(data.code)}`),
    sayKept: say('my_data.kept'),
    sayUnavailable: say('my_data.unavailable'),
  },
  guards: {
    ...guards,
    lacksWhat: lacks('what'),
    isUncounted: ({ context }) => context.data.items === undefined,
    isViewing: ({ context }) => context.slots.what === 'view',
  },
}).createMachine({
  id: 'my-data',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksWhat', target: 'askingWhat' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUncounted', target: 'counting' },
        { guard: 'isViewing', target: 'viewed' },
        { target: 'confirming' },
      ],
    },
    askingWhat: {
      meta: { ask: { slot: 'what', reply: 'my_data.ask.what' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    verifying: {
      tags: 'waiting',
      entry: 'callVerify',
      on: { 'child.done': [{ guard: 'childDone', target: 'deciding' }, { target: 'kept' }] },
    },
    counting: {
      tags: 'waiting',
      entry: 'count',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unavailable' },
        ],
      },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'my_data.confirm', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'erasing' }],
        deny: 'kept',
      },
    },
    erasing: {
      tags: ['waiting', 'committed'],
      entry: 'erase',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'erased', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unavailable' },
        ],
      },
    },
    viewed: { type: 'final', entry: 'sayView', meta: { outcome: 'done' } },
    erased: { type: 'final', tags: 'committed', entry: 'sayErased', meta: { outcome: 'done' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    kept: { type: 'final', entry: 'sayKept', meta: { outcome: 'cancelled' } },
    unavailable: { type: 'final', entry: 'sayUnavailable', meta: { outcome: 'failed' } },
  },
});

export const myData: Flow = { id: 'my-data', version: 1, machine, invalidates: {}, prompt: shown };
