/**
 * verify-identity: the citizen proves on the secure page who they are.
 *
 * Rests at the question until the page reports back; over at once when a recent proof still holds.
 */
import { setup } from 'xstate';
import type { Flow } from './flow.ts';
import { actions, begin, flowTypes, guards, shown } from './machine.ts';

const machine = setup({ types: flowTypes, actions, guards }).createMachine({
  id: 'verify-identity',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: { always: [{ guard: 'isVerified', target: 'done' }, { target: 'asking' }] },
    asking: {
      meta: { ask: { slot: 'person', reply: 'verify.ask', secure: 'verify' } },
      on: { 'secure.done': { target: 'done', actions: 'keepSlots' } },
    },
    done: { type: 'final', meta: { outcome: 'done' } },
  },
});

export const verifyIdentity: Flow = {
  id: 'verify-identity',
  version: 1,
  machine,
  invalidates: {},
  prompt: shown,
};
