/**
 * conversation: who has the floor.
 *
 * `bot` talks until a person is wanted; while `waiting` for one the bot goes on helping; in `human`
 * the bot is silent; a case that is given back or a new word after closing returns to `bot`. There
 * is one owner at a time, and this machine is the only place that says who.
 */
import { initialTransition, setup, transition } from 'xstate';
import type { ConversationStatus } from '../src/domain/conversation.ts';

export type ConversationEvent =
  | { readonly type: 'person_wanted' }
  | { readonly type: 'claimed' }
  | { readonly type: 'given_back' }
  | { readonly type: 'closed' }
  | { readonly type: 'citizen_wrote' };

export const conversation = setup({
  types: {} as { events: ConversationEvent },
}).createMachine({
  id: 'conversation',
  initial: 'bot',
  states: {
    bot: { on: { person_wanted: 'waiting', claimed: 'human' } },
    waiting: { on: { claimed: 'human', given_back: 'bot', closed: 'closed' } },
    human: { on: { given_back: 'bot', closed: 'closed' } },
    closed: { on: { citizen_wrote: 'bot', person_wanted: 'waiting' } },
  },
});

/** The status after an event; unchanged when it means nothing there. */
export function nextStatus(status: ConversationStatus, event: ConversationEvent): ConversationStatus {
  const [initial] = initialTransition(conversation);
  const current = status === initial.value ? initial : conversation.resolveState({ value: status });
  const [next] = transition(conversation, current, event);
  return next.value as ConversationStatus;
}
