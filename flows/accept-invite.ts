/**
 * accept-invite: the relative answers a payer's invitation.
 *
 * The relative verifies, the open invitations are fetched, one is chosen, its terms are shown in the chat and on
 * a page, and only an explicit yes here or there accepts. A no is asked about once more, since declining ends the payer's application.
 */
import { setup } from 'xstate';
import type { JsonObject } from '../src/domain/json.ts';
import type { Flow, FlowContext } from './flow.ts';
import { actions, begin, emit, flowTypes, guards, lacks, listOf, say, saysOnPage, shown } from './machine.ts';

/** The invitation meant: the chosen one, or the only one there is. */
function chosen({ slots, data }: FlowContext): JsonObject | undefined {
  const items = listOf(data, 'items');
  return slots.invitationNo === undefined
    ? items[0]
    : items.find((item) => item.invitationNo === slots.invitationNo);
}

const withChosen = (context: FlowContext): JsonObject => ({ ...shown(context), ...chosen(context) });

const answerWith = (accept: boolean) =>
  emit((context) => ({
    kind: 'submitTask',
    task: 'answer-invitation',
    input: { invitationNo: chosen(context)?.invitationNo ?? null, accept },
  }));

const machine = setup({
  types: flowTypes,
  actions: {
    ...actions,
    fetchInvitations: emit(() => ({ kind: 'submitTask', task: 'query', input: { object: 'invitations' } })),
    accept: answerWith(true),
    decline: answerWith(false),
    sayNone: say(({ data }) => (listOf(data, 'items').length === 0 ? 'invite.none' : 'invite.wrong_number')),
    sayAccepted: say(({ data }) => `invite.accepted.${String(data.state)}`, withChosen),
    sayDeclined: say('invite.declined', withChosen),
    sayKept: say('invite.kept', withChosen),
    sayRefused: say(({ data }) => `bind.refused.${String(data.code)}`),
    sayUnsettled: say('bind.unsettled'),
  },
  guards: {
    ...guards,
    isUnfetched: ({ context }) => context.data.items === undefined,
    // None at all, or none with the number that was passed on: never another one in its place.
    hasNone: ({ context }) => chosen(context) === undefined,
    saysYesOnPage: saysOnPage(
      'yes',
      ({ invitationNo }, context) => invitationNo === chosen(context)?.invitationNo,
    ),
    saysNoOnPage: saysOnPage('no'),
    hasChoice: ({ context }) =>
      listOf(context.data, 'items').length > 1 &&
      lacks('invitationNo')({ context, event: { type: 'affirm' } }),
  },
}).createMachine({
  id: 'accept-invite',
  context: begin,
  initial: 'deciding',
  states: {
    deciding: {
      always: [
        { guard: 'isUnverified', target: 'verifying' },
        { guard: 'isUnfetched', target: 'fetching' },
        { guard: 'hasNone', target: 'none' },
        { guard: 'hasChoice', target: 'choosing' },
        { target: 'confirming' },
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
      entry: 'fetchInvitations',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'deciding', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    choosing: {
      meta: { ask: { slot: 'invitationNo', reply: 'invite.ask.which', listed: true } },
      on: { provide: { target: 'deciding', actions: 'keepSlots' } },
    },
    confirming: {
      meta: { ask: { slot: 'confirm', reply: 'invite.confirm', confirm: true, secure: 'invitation' } },
      on: {
        affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'accepting' }],
        deny: 'confirmingDecline',
        'secure.done': [
          { guard: 'saysNoOnPage', target: 'confirmingDecline' },
          { guard: 'isUnverified', target: 'deciding' },
          { guard: 'saysYesOnPage', target: 'accepting' },
          { target: 'deciding' },
        ],
      },
    },
    confirmingDecline: {
      meta: { ask: { slot: 'confirm_decline', reply: 'invite.confirm_decline', confirm: true } },
      on: { affirm: [{ guard: 'isUnverified', target: 'deciding' }, { target: 'declining' }], deny: 'kept' },
    },
    accepting: {
      tags: ['waiting', 'committed'],
      entry: 'accept',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'accepted', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    declining: {
      tags: ['waiting', 'committed'],
      entry: 'decline',
      on: {
        'task.settled': [
          { guard: 'isDone', target: 'declined', actions: 'keepResult' },
          { guard: 'isRefused', target: 'refused', actions: 'keepResult' },
          { target: 'unsettled' },
        ],
      },
    },
    none: { type: 'final', entry: 'sayNone', meta: { outcome: 'done' } },
    accepted: { type: 'final', tags: 'committed', entry: 'sayAccepted', meta: { outcome: 'done' } },
    declined: { type: 'final', tags: 'committed', entry: 'sayDeclined', meta: { outcome: 'done' } },
    kept: { type: 'final', entry: 'sayKept', meta: { outcome: 'cancelled' } },
    refused: { type: 'final', entry: 'sayRefused', meta: { outcome: 'failed' } },
    unsettled: { type: 'final', entry: 'sayUnsettled', meta: { outcome: 'failed' } },
    stopped: { type: 'final', meta: { outcome: 'cancelled' } },
  },
});

export const acceptInvite: Flow = {
  id: 'accept-invite',
  version: 2,
  machine,
  invalidates: {},
  steps: ['person', 'invitationNo', 'confirm'],
  takes: ['invitationNo'],
  prompt: withChosen,
  choices: ({ data }) =>
    listOf(data, 'items').map((item) => ({ value: String(item.invitationNo), params: item })),
};
