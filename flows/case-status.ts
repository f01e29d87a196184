/**
 * case-status: how far the citizen's own applications are.
 *
 * The person verifies, the clerk asks the office, the list is said. A hand-off under way is part of
 * the list (the manager adds it).
 */
import { setup } from 'xstate';
import type { Flow } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, listOf, say, shown } from './machine.ts';

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    fetch: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'applications' } })),
    sayList: say('case_status.list'),
    sayNone: say('case_status.none'),
    sayUnavailable: say('query.unavailable'),
  },
  guards: {
    ...guards,
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => listOf(context.data, 'items').length === 0,
  },
}).createMachine({
  id: 'case-status',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { target: 'done' },
      ],
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

export const caseStatus: Flow = { id: 'case-status', version: 1, machine, invalidates: {}, prompt: shown };
