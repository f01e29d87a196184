/**
 * allocate: money of the personal account goes into the pool for relatives, in regions that have one.
 *
 * Asks for the place of insurance and checks how money reaches relatives there; asks the sum; the person
 * verifies, the account is looked at, and a sum it does not hold is asked again. What will be in account
 * and pool is shown; only an explicit yes allocates.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, say, shown } from './machine.ts';
import { accountIn, freeFen, isSum, sumOf } from './money.ts';

const withSums = (context: FlowContext): JsonObject => ({
  ...shown(context),
  amountFen: sumOf(context),
  freeFen: freeFen(context),
  freeAfterFen: freeFen(context) - sumOf(context),
  poolAfterFen: Number(accountIn(context)?.poolFen ?? 0) + sumOf(context),
});

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    checkAllocate: emit(({ slots }) => ({
      kind: 'check',
      check: 'allocate',
      params: { region: slots.region ?? null },
    })),
    fetchAccount: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'balance' } })),
    submitAllocation: emit((context) => ({
      kind: 'submitTask',
      task: 'allocate',
      input: { amountFen: sumOf(context) },
    })),
    sayExcluded: say(
      ({ data }) => `allocate.excluded.${String(data.reason)}`,
      (context) => ({ ...shown(context), sources: context.data.ruleSources ?? [] }),
    ),
    sayNone: say('query.balance.none'),
    sayDone: say('allocate.done', (context) => ({ ...shown(context), amountFen: sumOf(context) })),
    sayRefused: say(({ data }) => `bind.refused.${String(data.code)}`),
    sayUnavailable: say('query.unavailable'),
    sayUnsettled: say('bind.unsettled'),
    sayStopped: say('allocate.stopped'),
  },
  guards: {
    ...guards,
    isSum,
    lacksRegion: lacks('region'),
    lacksAmount: lacks('amount'),
    isUnchecked: ({ context }) => context.data.checked !== true,
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => accountIn(context) === undefined,
    isTooMuch: ({ context }) => sumOf(context) > freeFen(context),
  },
}).createMachine({
  id: 'allocate',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksRegion', target: 'askingRegion' },
        { guard: 'isUnchecked', target: 'checking' },
        { guard: 'lacksAmount', target: 'askingAmount' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { guard: 'isTooMuch', target: 'askingLess' },
        { target: 'confirming' },
      ],
    },
    askingRegion: {
      meta: { ask: { slot: 'region', reply: 'allocate.ask.region' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    checking: {
      tags: 'waiting',
      entry: 'checkAllocate',
      on: {
        checked: [
          { guard: 'isOk', target: 'deciding', actions: 'keepParams' },
          { target: 'excluded', actions: 'keepParams' },
        ],
      },
    },
    askingAmount: {
      meta: { ask: { slot: 'amount', reply: 'allocate.ask.amount' } },
      on: { provide: { guard: 'isSum', target: 'deciding', actions: 'keepSlots' } },
    },
    verifying: {
      tags: 'waiting',
      entry: 'callVerify',
      on: { 'child.done': [{ guard: 'childDone', target: 'deciding' }, { target: 'stopped' }] },
    },
    fetching: {
      tags: 'waiting',
      entry: 'fetchAccount',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unavailable' },
        ],
      },
    },
    askingLess: {
      meta: { ask: { slot: 'amount', reply: 'allocate.ask.less' } },
      on: { provide: { guard: 'isSum', target: 'deciding', actions: 'keepSlots' } },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'allocate.confirm', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'stopped',
      },
    },
    submitting: {
      tags: ['waiting', 'committed'],
      entry: 'submitAllocation',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'done', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    none: { type: 'final', entry: 'sayNone', meta: { outcome: 'failed' } },
    done: { type: 'final', tags: 'committed', entry: 'sayDone', meta: { outcome: 'done' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    excluded: { type: 'final', entry: 'sayExcluded', meta: { outcome: 'failed' } },
    unavailable: { type: 'final', entry: 'sayUnavailable', meta: { outcome: 'failed' } },
    unsettled: { type: 'final', entry: 'sayUnsettled', meta: { outcome: 'failed' } },
    stopped: { type: 'final', entry: 'sayStopped', meta: { outcome: 'cancelled' } },
  },
});

export const allocate: Flow = {
  id: 'allocate',
  version: 1,
  machine,
  invalidates: {},
  takes: ['amount'],
  prompt: withSums,
};
