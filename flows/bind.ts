/**
 * bind: the payer gives a relative the use of the personal account.
 *
 * Asks for relation, insured place and whether both are in one province; checks the local rules;
 * lets the payer verify; the relative's data and the signed 承诺书 come from the secure page; shows
 * a summary and submits only after an explicit yes. Then waits for the office and says its answer.
 * Leaves without an act when the rules exclude the relation, when the payer says no, or on 取消.
 */
import { setup } from 'xstate';
import type { Flow } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, say, shown } from './machine.ts';

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    checkBind: emit(({ slots }) => ({
      kind: 'check',
      check: 'bind',
      params: {
        relation: slots.relation ?? null,
        region: slots.region ?? null,
        sameProvince: slots.same_province ?? null,
      },
    })),
    submitBind: emit(({ slots }) => ({
      kind: 'submitTask',
      task: 'bind',
      input: {
        dependent: slots.dependent ?? null,
        relation: slots.relation ?? null,
        region: slots.region ?? null,
        pledge: slots.pledge ?? null,
      },
    })),
    saySubmitted: say('bind.submitted'),
    sayResult: say(({ data }) => `bind.result.${String(data.state)}`),
    sayRefused: say(({ data }) => `bind.refused.${String(data.code)}`),
    sayExcluded: say(
      ({ data }) => `bind.excluded.${String(data.reason)}`,
      (context) => ({ ...shown(context), sources: context.data.ruleSources ?? [] }),
    ),
    sayUnsettled: say('bind.unsettled'),
    sayStopped: say('bind.stopped'),
  },
  guards: {
    ...guards,
    lacksRelation: lacks('relation'),
    lacksRegion: lacks('region'),
    lacksProvince: lacks('same_province'),
    lacksDependent: lacks('dependent'),
    isUnchecked: ({ context }) => context.data.checked !== true,
    wantsToStop: ({ event }) => event.type === 'provide' && event.slots.change === 'stop',
  },
}).createMachine({
  id: 'bind',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'lacksRelation', target: 'askingRelation' },
        { guard: 'lacksRegion', target: 'askingRegion' },
        { guard: 'lacksProvince', target: 'askingProvince' },
        { guard: 'isUnchecked', target: 'checking' },
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'lacksDependent', target: 'askingDependent' },
        { target: 'confirming' },
      ],
    },
    askingRelation: {
      meta: { ask: { slot: 'relation', reply: 'bind.ask.relation' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    askingRegion: {
      meta: { ask: { slot: 'region', reply: 'bind.ask.region' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    askingProvince: {
      meta: { ask: { slot: 'same_province', reply: 'bind.ask.same_province' } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    checking: {
      tags: 'waiting',
      entry: 'checkBind',
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
      on: {
        'child.done': [{ guard: 'childDone', target: 'deciding' }, { target: 'stopped' }],
      },
    },
    askingDependent: {
      meta: { ask: { slot: 'dependent', reply: 'bind.ask.dependent', secure: 'relative' } },
      on: { 'secure.done': { target: 'deciding', actions: 'keepSlots' } },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'bind.confirm', confirm: true } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'submitting' }],
        deny: 'askingChange',
      },
    },
    // Naming the slot to change begins the flow again without it (dialog/repair.ts); only stopping ends here.
    askingChange: {
      meta: { ask: { slot: 'change', reply: 'bind.ask.change' } },
      on: {
        provide: { guard: 'wantsToStop', target: 'stopped' },
        affirm: 'confirming',
        deny: 'stopped',
      },
    },
    submitting: {
      tags: ['waiting', 'committed'],
      entry: ['submitBind', 'saySubmitted'],
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'done', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    done: { type: 'final', tags: 'committed', entry: 'sayResult', meta: { outcome: 'done' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    excluded: { type: 'final', entry: 'sayExcluded', meta: { outcome: 'failed' } },
    unsettled: { type: 'final', entry: 'sayUnsettled', meta: { outcome: 'failed' } },
    stopped: { type: 'final', entry: 'sayStopped', meta: { outcome: 'cancelled' } },
  },
});

export const bind: Flow = {
  id: 'bind',
  version: 1,
  machine,
  steps: ['relation', 'region', 'same_province', 'person', 'dependent', 'confirm'],
  invalidates: {
    relation: ['dependent', 'dependentName', 'dependentAge', 'pledge', 'change'],
    dependent: ['dependentName', 'dependentAge', 'pledge'],
    region: ['same_province', 'pledge', 'dependent', 'dependentName', 'dependentAge'],
  },
  prompt: shown,
};
