/**
 * Which version of the knowledge a conversation is in, and what it must forget of an older one. Tasks
 * keep the version they began with; what was withdrawn is forgotten in every version.
 */
import type { Conversation, Frame, Reply } from '../domain/conversation.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { rulesWithdrawn } from '../knowledge/withdrawn.ts';

/** The version to be used while a task runs; undefined: the newest. */
export function pinOf({ stack, knowledge }: Conversation): string | undefined {
  return stack.length > 0 ? knowledge : undefined;
}

/**
 * The conversation as this version lets it go on: words that may not be said any more are not there to
 * be repeated, and a task that rests on a rule or cause withdrawn meanwhile begins anew from its answers.
 * What was submitted already stays: the office decides by its own rules.
 */
export function broughtTo(conversation: Conversation, knowledge: Knowledge): Conversation {
  const before = conversation.knowledge;
  const isShaken = before !== undefined && rulesWithdrawn(before) !== rulesWithdrawn(knowledge.version);
  const lastReplies = conversation.lastReplies.flatMap((reply) => sayable(reply, knowledge, isShaken));
  const stack = isShaken ? conversation.stack.map(outdated) : conversation.stack;
  return { ...conversation, stack, lastReplies };
}

/** A frame that looks as if an older flow had stored it, which is begun again from its slots. */
function outdated(frame: Frame): Frame {
  return frame.task === undefined ? { ...frame, version: 0 } : frame;
}

function sayable(reply: Reply, knowledge: Knowledge, isShaken: boolean): readonly Reply[] {
  const { faq, cause, region, ruleSources, because } = reply.params;
  if (reply.id === 'answer') {
    const isStanding = knowledge.faq.get(String(faq))?.status === 'current';
    return [isStanding ? reply : { id: 'answer.not_published', params: { region: region ?? null } }];
  }
  if (!knowledge.replies.has(reply.id)) return [];
  if (typeof cause === 'string' && ![...knowledge.causes.keys()].some((id) => id === cause)) return [];
  return isShaken && (ruleSources !== undefined || because !== undefined) ? [] : [reply];
}
