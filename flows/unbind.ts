/**
 * unbind: ends relations. Three kinds: the dependent leaves (`exit`), the payer removes one relative
 * (`remove`), the payer closes the shared account for all (`close`).
 *
 * The person verifies, the live relations of the right role are fetched, one is chosen, the
 * consequences are shown, and only an explicit yes ends it.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, listOf, say, shown } from './machine.ts';

const LIVE = new Set(['ACTIVE', 'PENDING_CONFIRM', 'PENDING_REVIEW', 'NOT_YET_EFFECTIVE', 'SUSPENDED']);

/** Live relations in which the person has the role that this kind of ending needs. */
function candidates({ slots, data }: FlowContext): readonly JsonObject[] {
  const role = slots.how === 'exit' ? 'dependent' : 'payer';
  return listOf(data, 'items').filter((item) => item.role === role && LIVE.has(String(item.state)));
}

function chosen(context: FlowContext): JsonObject | undefined {
  const list = candidates(context);
  const named = list.find((item) => item.bindingNo === context.slots.bindingNo);
  if (named !== undefined) return named;
  const meant = list.filter((item) => item.relation === context.slots.relation);
  if (meant.length === 1) return meant[0];
  return list.length === 1 ? list[0] : undefined;
}

const withChosen = (context: FlowContext): JsonObject => ({
  ...shown(context),
  ...chosen(context),
  count: candidates(context).length,
});

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    fetchMembers: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'members' } })),
    submitUnbind: emit((context) => ({
      kind: 'submitTask',
      task: 'unbind',
      input: { bindingNo: chosen(context)?.bindingNo ?? null, how: context.slots.how ?? null },
    })),
    submitClose: emit(() => ({ kind: 'submitTask', task: 'close-account', input: {} })),
    sayNone: say(({ slots }) => `unbind.none.${String(slots.how)}`),
    sayDone: say(({ slots }) => `unbind.done.${String(slots.how)}`, withChosen),
    sayRefused: say(({ slots, data }) =>
      slots.how === 'exit' && data.code === 'unsupported_here'
        ? 'unbind.exit_not_offered'
        : `bind.refused.${String(data.code)}`,
    ),
    sayUnsettled: say('bind.unsettled'),
    sayStopped: say('unbind.stopped'),
  },
  guards: {
    ...guards,
    lacksHow: lacks('how'),
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => candidates(context).length === 0,
    isClosing: ({ context }) => context.slots.how === 'close',
    isExiting: ({ context }) => context.slots.how === 'exit',
    isUndecided: ({ context }) => chosen(context) === undefined,
  },
}).createMachine({
  id: 'unbind',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksHow', target: 'askingHow' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { guard: 'isClosing', target: 'confirmingClose' },
        { guard: 'isUndecided', target: 'choosing' },
        { guard: 'isExiting', target: 'confirmingExit' },
        { target: 'confirmingRemove' },
      ],
    },
    askingHow: {
      meta: { ask: { slot: 'how', reply: 'unbind.ask.how' } },
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
      entry: 'fetchMembers',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    choosing: {
      meta: { ask: { slot: 'bindingNo', reply: 'unbind.ask.which', listed: true } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    confirmingExit: {
      meta: { ask: { slot: 'confirm', reply: 'unbind.confirm.exit', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'stopped',
      },
    },
    confirmingRemove: {
      meta: { ask: { slot: 'confirm', reply: 'unbind.confirm.remove', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'stopped',
      },
    },
    confirmingClose: {
      meta: { ask: { slot: 'confirm', reply: 'unbind.confirm.close', confirm: true } },
      on: { affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'closing' }], deny: 'stopped' },
    },
    submitting: {
      tags: ['waiting', 'committed'],
      entry: 'submitUnbind',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'done', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    closing: {
      tags: ['waiting', 'committed'],
      entry: 'submitClose',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'done', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    none: { type: 'final', entry: 'sayNone', meta: { outcome: 'done' } },
    done: { type: 'final', tags: 'committed', entry: 'sayDone', meta: { outcome: 'done' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    unsettled: { type: 'final', entry: 'sayUnsettled', meta: { outcome: 'failed' } },
    stopped: { type: 'final', entry: 'sayStopped', meta: { outcome: 'cancelled' } },
  },
});

export const unbind: Flow = {
  id: 'unbind',
  version: 1,
  machine,
  invalidates: { how: ['bindingNo'] },
  prompt: withChosen,
  choices: (context) => candidates(context).map((item) => ({ value: String(item.bindingNo), params: item })),
};
