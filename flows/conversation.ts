/**
 * conversation: who has the floor.
 *
 * `bot` talks until a person is wanted; while `waiting` for one the bot goes on helping; in `human`
 * the bot is silent, until the clerk lets go: gives the case back, releases it to the others, or offers
 * an act that the citizen confirms with the bot. After closing, the next word is the bot's again. There
 * is one owner at a time, and this machine is the only place that says who.
 */
import { initialTransition, setup, transition } from 'xstate';
import type { ConversationStatus } from '../src/domain/conversation.ts';

export type ConversationEvent =
  | { readonly type: 'person_wanted' }
  | { readonly type: 'claimed' }
  | { readonly type: 'released' }
  | { readonly type: 'act_offered' }
  | { readonly type: 'given_back' }
  | { readonly type: 'closed' }
  | { readonly type: 'reopened' }
  | { readonly type: 'citizen_wrote' };

export const conversation = setup({
  types: {} as { events: ConversationEvent },
}).createMachine({
  id: 'conversation',
  initial: 'bot',
  states: {
    bot: { on: { person_wanted: 'waiting', claimed: 'human', closed: 'closed', reopened: 'human' } },
    waiting: { on: { claimed: 'human', given_back: 'bot', closed: 'closed' } },
    human: { on: { released: 'waiting', act_offered: 'waiting', given_back: 'bot', closed: 'closed' } },
    closed: { on: { citizen_wrote: 'bot', person_wanted: 'waiting', reopened: 'human' } },
  },
});

/** The status after an event; unchanged when it means nothing there. */
export function nextStatus(status: ConversationStatus, event: ConversationEvent): ConversationStatus {
  const key = `${status} ${event.type}`;
  const next = known.get(key) ?? moved(status, event);
  known.set(key, next);
  return next;
}

/** Every message of a citizen asks; there are no more answers than states times events. */
const known = new Map<string, ConversationStatus>();

function moved(status: ConversationStatus, event: ConversationEvent): ConversationStatus {
  const [initial] = initialTransition(conversation);
  const current = status === initial.value ? initial : conversation.resolveState({ value: status });
  const [next] = transition(conversation, current, event);
  return next.value as ConversationStatus;
}
