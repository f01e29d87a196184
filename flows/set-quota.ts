/**
 * set-quota: what a relative insured in another province may use of the payer's account, by way of the
 * wallet. Setting it lower, or to nothing, is the same act: the sum replaces the one before.
 *
 * Asks for relation, place of insurance and sum; checks whether the quota is the way across provinces today;
 * the person verifies, the account is looked at; the relative's data and the signed letter come from the
 * secure page. The office sees whether both wallets are open. Only an explicit yes sets it.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, say, shown } from './machine.ts';
import { accountIn, freeFen, isSumOrNone, sumOf } from './money.ts';

const withSums = (context: FlowContext): JsonObject => ({
  ...shown(context),
  amountFen: sumOf(context),
  freeFen: freeFen(context),
  mostFen: mostFen(context),
});

/** What an earlier quota for the same relative holds is free again: the office does the exact sum. */
function mostFen(context: FlowContext): number {
  const { balanceFen = 0, poolFen = 0 } = accountIn(context) ?? {};
  return Number(balanceFen) - Number(poolFen);
}

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    checkQuota: emit(({ slots }) => ({
      kind: 'check',
      check: 'quota',
      params: {
        relation: slots.relation ?? null,
        region: slots.region ?? null,
        sameProvince: slots.same_province ?? null,
      },
    })),
    fetchAccount: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'balance' } })),
    submitQuota: emit((context) => ({
      kind: 'submitTask',
      task: 'set-quota',
      input: {
        dependent: context.slots.dependent ?? null,
        relation: context.slots.relation ?? null,
        amountFen: sumOf(context),
        pledge: context.slots.pledge ?? null,
      },
    })),
    sayExcluded: say(
      ({ data }) => `quota.excluded.${String(data.reason)}`,
      (context) => ({ ...shown(context), sources: context.data.ruleSources ?? [] }),
    ),
    sayNone: say('query.balance.none'),
    sayDone: say(
      (context) => (sumOf(context) === 0 ? 'quota.taken_back' : 'quota.done'),
      (context) => ({ ...shown(context), amountFen: sumOf(context) }),
    ),
    sayRefused: say(({ data }) => `bind.refused.${String(data.code)}`),
    sayUnavailable: say('query.unavailable'),
    sayUnsettled: say('bind.unsettled'),
    sayStopped: say('quota.stopped'),
  },
  guards: {
    ...guards,
    isSumOrNone,
    lacksRelation: lacks('relation'),
    lacksRegion: lacks('region'),
    lacksAmount: lacks('amount'),
    lacksDependent: lacks('dependent'),
    isUnchecked: ({ context }) => context.data.checked !== true,
    isUnfetched: ({ context }) => context.data.items === undefined,
    hasNone: ({ context }) => accountIn(context) === undefined,
    isTooMuch: ({ context }) => sumOf(context) > mostFen(context),
  },
}).createMachine({
  id: 'set-quota',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksRelation', target: 'askingRelation' },
        { guard: 'lacksRegion', target: 'askingRegion' },
        { guard: 'isUnchecked', target: 'checking' },
        { guard: 'lacksAmount', target: 'askingAmount' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { guard: 'isTooMuch', target: 'askingLess' },
        { guard: 'lacksDependent', target: 'askingDependent' },
        { target: 'confirming' },
      ],
    },
    askingRelation: {
      meta: { ask: { slot: 'relation', reply: 'quota.ask.relation' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    askingRegion: {
      meta: { ask: { slot: 'region', reply: 'quota.ask.region' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    checking: {
      tags: 'waiting',
      entry: 'checkQuota',
      on: {
        checked: [
          { guard: 'isOk', target: 'deciding', actions: 'keepParams' },
          { target: 'excluded', actions: 'keepParams' },
        ],
      },
    },
    askingAmount: {
      meta: { ask: { slot: 'amount', reply: 'quota.ask.amount' } },
      on: { provide: { guard: 'isSumOrNone', target: 'deciding', actions: 'keepSlots' } },
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
      meta: { ask: { slot: 'amount', reply: 'quota.ask.less' } },
      on: { provide: { guard: 'isSumOrNone', target: 'deciding', actions: 'keepSlots' } },
    },
    askingDependent: {
      meta: { ask: { slot: 'dependent', reply: 'quota.ask.dependent', secure: 'relative' } },
      on: { 'secure.done': { target: 'deciding', actions: 'keepSlots' } },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'quota.confirm', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'stopped',
      },
    },
    submitting: {
      tags: ['waiting', 'committed'],
      entry: 'submitQuota',
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

export const setQuota: Flow = {
  id: 'set-quota',
  version: 1,
  machine,
  invalidates: {
    relation: ['dependent', 'dependentName', 'dependentAge', 'pledge'],
    dependent: ['dependentName', 'dependentAge', 'pledge'],
    region: ['pledge', 'dependent', 'dependentName', 'dependentAge'],
  },
  takes: ['amount'],
  prompt: withSums,
};
