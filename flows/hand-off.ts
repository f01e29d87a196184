/**
 * hand-off: opens a case for a person, with the masked talk and what was found, and says what
 * happens next. One step, never a question: whoever asks for a person has been asked enough.
 */
import { setup } from 'xstate';
import type { Flow } from './flow.ts';
import { actions, begin, emit, flowTypes, shown, textOf } from './machine.ts';

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    openCase: emit(({ slots }) => ({
      kind: 'openCase',
      reason: textOf(slots, 'reason') ?? 'asked_for_person',
    })),
  },
}).createMachine({
  id: 'hand-off',
  context: begin,
  initial: 'opening',
  states: {
    opening: { type: 'final', entry: 'openCase', meta: { outcome: 'done' } },
  },
});

export const handOff: Flow = { id: 'hand-off', version: 1, machine, invalidates: {}, prompt: shown };
