/**
 * pay-premium: the payer pays the resident premium of a relative out of the personal account.
 *
 * Asks for the place of insurance and checks whether that is allowed there; the person verifies, the bills
 * of the relatives are fetched, one is chosen. A bill that is paid, closed or not there is said so, and
 * nothing is paid. Sum and consequences are shown, in the chat and on a page; only an explicit yes there or here
 * orders the payment. Ordered is not paid: the word of the tax side comes later by itself.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, listOf, say, saysOnPage, shown } from './machine.ts';

/** The bill asked for: all of them, or those of the relative who was named. */
function candidates({ slots, data }: FlowContext): readonly JsonObject[] {
  const items = listOf(data, 'items');
  return slots.relation === undefined ? items : items.filter((item) => item.relation === slots.relation);
}

function chosen(context: FlowContext): JsonObject | undefined {
  const list = candidates(context);
  const named = list.find((item) => item.bindingNo === context.slots.bindingNo);
  return named ?? (list.length === 1 ? list[0] : undefined);
}

const withChosen = (context: FlowContext): JsonObject => ({ ...shown(context), ...chosen(context) });

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    checkPremium: emit(({ slots }) => ({
      kind: 'check',
      check: 'premium',
      params: { region: slots.region ?? null },
    })),
    fetchBills: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'premiums' } })),
    submitPayment: emit((context) => {
      const { bindingNo, year, amountFen } = chosen(context) ?? {};
      return {
        kind: 'submitTask',
        task: 'pay-premium',
        input: { bindingNo: bindingNo ?? null, year: year ?? null, amountFen: amountFen ?? null },
      };
    }),
    sayExcluded: say(
      ({ data }) => `premium.excluded.${String(data.reason)}`,
      (context) => ({ ...shown(context), sources: context.data.ruleSources ?? [] }),
    ),
    sayNone: say(({ data }) => (listOf(data, 'items').length === 0 ? 'premium.none' : 'premium.not_bound')),
    sayNotDue: say((context) => `premium.not_due.${String(chosen(context)?.state)}`, withChosen),
    sayOrdered: say('premium.ordered', (context) => ({
      ...withChosen(context),
      state: context.data.state ?? null,
    })),
    sayRefused: say(({ data }) => `bind.refused.${String(data.code)}`),
    sayUnavailable: say('query.unavailable'),
    sayUnsettled: say('bind.unsettled'),
    sayStopped: say('premium.stopped'),
  },
  guards: {
    ...guards,
    lacksRegion: lacks('region'),
    isUnchecked: ({ context }) => context.data.checked !== true,
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => candidates(context).length === 0,
    isUndecided: ({ context }) => chosen(context) === undefined,
    isNotDue: ({ context }) => chosen(context)?.state !== 'due',
    saysYesOnPage: saysOnPage('yes', (seen, context) => {
      const { bindingNo, year, amountFen } = chosen(context) ?? {};
      return seen.bindingNo === bindingNo && seen.year === year && seen.amountFen === amountFen;
    }),
    saysNoOnPage: saysOnPage('no'),
  },
}).createMachine({
  id: 'pay-premium',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksRegion', target: 'askingRegion' },
        { guard: 'isUnchecked', target: 'checking' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { guard: 'isUndecided', target: 'choosing' },
        { guard: 'isNotDue', target: 'notDue' },
        { target: 'confirming' },
      ],
    },
    askingRegion: {
      meta: { ask: { slot: 'region', reply: 'premium.ask.region' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    checking: {
      tags: 'waiting',
      entry: 'checkPremium',
      on: {
        checked: [
          { guard: 'isOk', target: 'deciding', actions: 'keepParams' },
          { target: 'excluded', actions: 'keepParams' },
        ],
      },
    },
    verifying: {
      tags: 'waiting',
      entry: 'callVerify',
      on: { 'child.done': [{ guard: 'childDone', target: 'deciding' }, { target: 'stopped' }] },
    },
    fetching: {
      tags: 'waiting',
      entry: 'fetchBills',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unavailable' },
        ],
      },
    },
    choosing: {
      meta: { ask: { slot: 'bindingNo', reply: 'premium.ask.which', listed: true } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'premium.confirm', confirm: true, secure: 'premium' } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'stopped',
        'secure.done': [
          { guard: 'saysNoOnPage', target: 'stopped' },
          { guard: 'isUnverified', target: 'deciding' },
          { guard: 'saysYesOnPage', target: 'submitting' },
          { target: 'deciding' },
        ],
      },
    },
    submitting: {
      tags: ['waiting', 'committed'],
      entry: 'submitPayment',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'ordered', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    none: { type: 'final', entry: 'sayNone', meta: { outcome: 'done' } },
    notDue: { type: 'final', entry: 'sayNotDue', meta: { outcome: 'failed' } },
    ordered: { type: 'final', tags: 'committed', entry: 'sayOrdered', meta: { outcome: 'done' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    excluded: { type: 'final', entry: 'sayExcluded', meta: { outcome: 'failed' } },
    unavailable: { type: 'final', entry: 'sayUnavailable', meta: { outcome: 'failed' } },
    unsettled: { type: 'final', entry: 'sayUnsettled', meta: { outcome: 'failed' } },
    stopped: { type: 'final', entry: 'sayStopped', meta: { outcome: 'cancelled' } },
  },
});

export const payPremium: Flow = {
  id: 'pay-premium',
  version: 2,
  machine,
  invalidates: { relation: ['bindingNo'] },
  steps: ['region', 'person', 'bindingNo', 'confirm'],
  prompt: withChosen,
  choices: (context) => candidates(context).map((item) => ({ value: String(item.bindingNo), params: item })),
};
