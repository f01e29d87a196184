/** Who has the floor: the conversation's own machine applied to its stored status. */
import { initialTransition, transition } from 'xstate';
import { type ConversationEvent, conversation } from '../../flows/conversation.ts';
import type { ConversationStatus } from '../domain/conversation.ts';

/** The status after an event; unchanged when it means nothing there. */
export function nextStatus(status: ConversationStatus, event: ConversationEvent): ConversationStatus {
  const [initial] = initialTransition(conversation);
  const current = status === initial.value ? initial : conversation.resolveState({ value: status });
  const [next] = transition(conversation, current, event);
  return next.value as ConversationStatus;
}
