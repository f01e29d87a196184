/**
 * set-payer-order: who pays first when several payers give to the same person.
 *
 * Asks for the place of insurance and checks whether anybody may set an order there, and who; the person
 * verifies, the relations in which they receive are fetched, the payer to be charged first is chosen in the
 * chat or all of them are put in order on a page, and the list before and after is shown. Only an explicit yes
 * sets it.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, listOf, say, shown } from './machine.ts';

const LIVE = new Set(['ACTIVE', 'PENDING_CONFIRM', 'PENDING_REVIEW', 'NOT_YET_EFFECTIVE', 'SUSPENDED']);

/** Relations in which the person receives, as they are charged now. */
function payers({ data }: FlowContext): readonly JsonObject[] {
  return listOf(data, 'items')
    .filter((item) => item.role === 'dependent' && LIVE.has(String(item.state)))
    .toSorted((a, b) => Number(a.orderNo ?? 0) - Number(b.orderNo ?? 0));
}

/** As put in order on the page, or the chosen one first and the others as they were. */
function reordered(context: FlowContext): readonly JsonObject[] {
  const before = payers(context);
  const { order } = context.slots;
  if (isOrderOf(order, before)) {
    return order.flatMap((no) => before.filter((item) => item.bindingNo === no));
  }
  const first = before.filter((item) => item.bindingNo === context.slots.first);
  return [...first, ...before.filter((item) => item.bindingNo !== context.slots.first)];
}

/** A page filled in before a relation began or ended names others, and then counts for its first place only. */
function isOrderOf(order: unknown, before: readonly JsonObject[]): order is readonly string[] {
  return (
    Array.isArray(order) &&
    order.length === before.length &&
    before.every((item) => order.filter((no) => no === item.bindingNo).length === 1)
  );
}

const placed = (items: readonly JsonObject[]): readonly JsonObject[] =>
  items.map((item, index) => ({ ...item, place: index + 1 }));

const withLists = (context: FlowContext): JsonObject => ({
  ...shown(context),
  before: placed(payers(context)),
  after: placed(reordered(context)),
});

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    checkOrder: emit(({ slots }) => ({
      kind: 'check',
      check: 'order',
      params: { region: slots.region ?? null },
    })),
    fetchMembers: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'members' } })),
    submitOrder: emit((context) => ({
      kind: 'submitTask',
      task: 'set-payer-order',
      input: { bindingNos: reordered(context).map((item) => item.bindingNo ?? null) },
    })),
    sayExcluded: say(
      ({ data }) => `order.excluded.${String(data.reason)}`,
      (context) => ({ ...shown(context), sources: context.data.ruleSources ?? [] }),
    ),
    sayTooFew: say('order.too_few'),
    sayAlready: say('order.already', withLists),
    sayDone: say('order.done', withLists),
    sayRefused: say(({ data }) => `bind.refused.${String(data.code)}`),
    sayUnavailable: say('query.unavailable'),
    sayUnsettled: say('bind.unsettled'),
    sayStopped: say('order.stopped'),
  },
  guards: {
    ...guards,
    lacksRegion: lacks('region'),
    lacksFirst: lacks('first'),
    isUnchecked: ({ context }) => context.data.checked !== true,
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasTooFew: ({ context }) => payers(context).length < 2,
    isSameAlready: ({ context }) =>
      payers(context).every((item, index) => item.bindingNo === reordered(context)[index]?.bindingNo),
    isPage: ({ event }) => event.type === 'secure.done' && event.purpose === 'order',
  },
}).createMachine({
  id: 'set-payer-order',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksRegion', target: 'askingRegion' },
        { guard: 'isUnchecked', target: 'checking' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasTooFew', target: 'tooFew' },
        { guard: 'lacksFirst', target: 'choosing' },
        { guard: 'isSameAlready', target: 'already' },
        { target: 'confirming' },
      ],
    },
    askingRegion: {
      meta: { ask: { slot: 'region', reply: 'order.ask.region' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    checking: {
      tags: 'waiting',
      entry: 'checkOrder',
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
      entry: 'fetchMembers',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unavailable' },
        ],
      },
    },
    choosing: {
      meta: { ask: { slot: 'first', reply: 'order.ask.first', listed: true, secure: 'order' } },
      on: {
        provide: { target: 'deciding', actions: 'keepSlots' },
        'secure.done': { guard: 'isPage', target: 'deciding', actions: 'keepSlots' },
      },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'order.confirm', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'stopped',
      },
    },
    submitting: {
      tags: ['waiting', 'committed'],
      entry: 'submitOrder',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'done', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    tooFew: { type: 'final', entry: 'sayTooFew', meta: { outcome: 'done' } },
    already: { type: 'final', entry: 'sayAlready', meta: { outcome: 'done' } },
    done: { type: 'final', tags: 'committed', entry: 'sayDone', meta: { outcome: 'done' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    excluded: { type: 'final', entry: 'sayExcluded', meta: { outcome: 'failed' } },
    unavailable: { type: 'final', entry: 'sayUnavailable', meta: { outcome: 'failed' } },
    unsettled: { type: 'final', entry: 'sayUnsettled', meta: { outcome: 'failed' } },
    stopped: { type: 'final', entry: 'sayStopped', meta: { outcome: 'cancelled' } },
  },
});

export const setPayerOrder: Flow = {
  id: 'set-payer-order',
  version: 2,
  machine,
  invalidates: { region: ['first', 'order'], first: ['order'] },
  steps: ['region', 'person', 'first', 'confirm'],
  prompt: withLists,
  choices: (context) => payers(context).map((item) => ({ value: String(item.bindingNo), params: item })),
};
