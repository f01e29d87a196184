/**
 * diagnose: finds out why something does not show, does not pay or cannot be done, and mends it.
 *
 * Asks what is wrong when nobody said it. Then thinks (the engine answers within the turn): asks one
 * more question, or offers to look at the records (with consent, by a verified person), or tells what
 * it found. A finding that an act can mend leads to an offer; after the act the records are looked at
 * again, and the citizen is told whether the trouble is gone, what is still awaited and what remains; if
 * another act mends that, it is offered next. When nothing was found a person is offered.
 */
import { assign, setup } from 'xstate';
import type { Slots } from '../src/domain/conversation.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, note, say, shown, textOf } from './machine.ts';

/** Only these slots are handed to the act that mends; the facts stay here. */
const HANDED_DOWN = ['relation', 'region', 'same_province', 'how', 'object'] as const;

/** Acts after which the trouble can be gone. */
const MENDING = new Set(['bind', 'unbind', 'accept-invite', 'allocate']);

function handedDown({ slots, data }: FlowContext): Slots {
  const all: Slots = { ...(data.actSlots as Slots | undefined), ...slots };
  return Object.fromEntries(
    HANDED_DOWN.flatMap((slot) => (all[slot] === undefined ? [] : [[slot, all[slot]]])),
  );
}

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    think: emit(({ slots }) => ({ kind: 'diagnose', symptom: textOf(slots, 'symptom') ?? 'other' })),
    tell: emit(({ slots }) => ({ kind: 'tellFindings', symptom: textOf(slots, 'symptom') ?? 'other' })),
    lookUp: emit(({ slots }) => ({
      kind: 'submitTask',
      task: 'look-up-records',
      input: { relation: slots.relation ?? null, region: slots.region ?? null },
    })),
    // The act may have been about a relative whom nobody had named before it.
    lookAgain: emit(({ slots, data }) => ({
      kind: 'submitTask',
      task: 'look-up-records',
      input: { relation: data.actRelation ?? slots.relation ?? null, region: slots.region ?? null },
    })),
    keepActRelation: assign(({ context, event }) =>
      event.type === 'child.done' && event.relation !== undefined
        ? { data: { ...context.data, actRelation: event.relation } }
        : {},
    ),
    callAct: emit((context) => ({
      kind: 'callFlow',
      flow: String(context.data.flow),
      slots: handedDown(context),
    })),
    callHandOff: emit(() => ({ kind: 'callFlow', flow: 'hand-off', slots: { reason: 'not_found_out' } })),
    sayNoRecords: say('diagnose.no_records'),
    sayLeftOpen: say('diagnose.left_open'),
    sayUnchecked: say('diagnose.unchecked'),
    recheck: emit(({ slots }) => ({ kind: 'recheck', symptom: textOf(slots, 'symptom') ?? 'other' })),
    noteRecords: note({ records: 'seen' }),
    noteNoRecords: note({ records: 'refused' }),
  },
  guards: {
    ...guards,
    lacksSymptom: lacks('symptom'),
    shouldAsk: ({ event }) => event.type === 'diagnosed' && event.advice === 'ask',
    shouldLookUp: ({ event }) => event.type === 'diagnosed' && event.advice === 'lookup',
    hasAct: ({ context }) => typeof context.data.flow === 'string',
    hasNextAct: ({ event }) => event.type === 'diagnosed' && event.params.hasNext === true,
    // A query or a look at the progress changes nothing that could be checked again.
    isMended: ({ context, event }) =>
      guards.childDone({ context, event }) && MENDING.has(String(context.data.flow)),
    isUnsure: ({ context }) => context.data.sure === false,
  },
}).createMachine({
  id: 'diagnose',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [{ guard: 'lacksSymptom', target: 'askingSymptom' }, { target: 'thinking' }],
    },
    askingSymptom: {
      meta: { ask: { slot: 'symptom', reply: 'diagnose.ask.symptom' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    thinking: {
      tags: 'waiting',
      entry: 'think',
      on: {
        diagnosed: [
          { guard: 'shouldAsk', target: 'askingFact', actions: 'keepParams' },
          { guard: 'shouldLookUp', target: 'askingConsent', actions: 'keepParams' },
          { target: 'telling', actions: 'keepParams' },
        ],
      },
    },
    askingFact: {
      meta: { ask: { slot: '$next', reply: 'diagnose.ask.$next' } },
      on: { provide: { target: 'thinking', actions: 'keepSlots' } },
    },
    askingConsent: {
      meta: { ask: { slot: 'consent_lookup', reply: 'diagnose.consent_lookup', confirm: true } },
      on: {
        affirm: 'identifying',
        deny: { target: 'thinking', actions: 'noteNoRecords' },
        // A relative, a place or another fact said instead of yes or no is welcome, too.
        provide: { target: 'thinking', actions: 'keepSlots' },
      },
    },
    identifying: {
      always: [{ guard: 'isUnverified', target: 'verifying' }, { target: 'lookingUp' }],
    },
    verifying: {
      tags: 'waiting',
      entry: 'callVerify',
      on: {
        'child.done': [
          { guard: 'childDone', target: 'lookingUp' },
          { target: 'thinking', actions: 'noteNoRecords' },
        ],
      },
    },
    lookingUp: {
      tags: 'waiting',
      entry: 'lookUp',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'thinking', actions: ['keepResult', 'noteRecords'] },
          { target: 'thinking', actions: ['noteNoRecords', 'sayNoRecords'] },
        ],
      },
    },
    telling: {
      entry: 'tell',
      always: [
        { guard: 'isUnsure', target: 'offeringPerson' },
        { guard: 'hasAct', target: 'offering' },
        { target: 'done' },
      ],
    },
    offering: {
      meta: { ask: { slot: 'offer', reply: 'diagnose.offer.$flow', confirm: true } },
      on: { affirm: 'acting', deny: 'leftOpen' },
    },
    offeringPerson: {
      meta: { ask: { slot: 'offer', reply: 'diagnose.offer.person', confirm: true } },
      on: { affirm: 'handingOff', deny: 'leftOpen' },
    },
    handingOff: {
      tags: 'waiting',
      entry: 'callHandOff',
      on: { 'child.done': 'done' },
    },
    acting: {
      tags: 'waiting',
      entry: 'callAct',
      on: {
        'child.done': [
          { guard: 'isMended', target: 'lookingAgain', actions: 'keepActRelation' },
          { guard: 'childDone', target: 'done' },
          { target: 'leftOpen' },
        ],
      },
    },
    lookingAgain: {
      tags: 'waiting',
      entry: 'lookAgain',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'rechecking', actions: 'keepResult' },
          { target: 'unchecked' },
        ],
      },
    },
    rechecking: {
      tags: 'waiting',
      entry: 'recheck',
      on: {
        diagnosed: [{ guard: 'hasNextAct', target: 'offering', actions: 'keepParams' }, { target: 'done' }],
      },
    },
    unchecked: { type: 'final', entry: 'sayUnchecked', meta: { outcome: 'done' } },
    done: { type: 'final', meta: { outcome: 'done' } },
    leftOpen: { type: 'final', entry: 'sayLeftOpen', meta: { outcome: 'done' } },
  },
});

export const diagnose: Flow = { id: 'diagnose', version: 2, machine, invalidates: {}, prompt: shown };
