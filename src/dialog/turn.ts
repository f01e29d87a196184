/**
 * The pure core: a conversation and what came in give the next conversation and what is to be done.
 * Same input, same output; nothing is sent, stored or looked up outside what it is handed.
 */
import { nextStatus } from '../../flows/conversation.ts';
import type { NewRating } from '../contracts/desk-store.ts';
import type { NewLink, NewTask, NewTimer } from '../contracts/store.ts';
import type { Conversation, Inbound, InboundContent, MaskedKind, Reply } from '../domain/conversation.ts';
import type { Finding } from '../domain/fact.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Understanding } from '../domain/understanding.ts';
import { applyChoice, applyText } from './commands.ts';
import { type Draft, draftOf, type NewCase, say, type TurnContext } from './draft.ts';
import { applyOffice, applySettled, applyTimer } from './news.ts';
import { applyOwnData } from './own-data.ts';
import { askTop } from './prompt.ts';
import { deliver, renewStack, restOf } from './stack.ts';
import { applyStaff } from './staff.ts';

/** How long a proof of identity holds within a conversation. */
export const VERIFIED_FOR_MS = 30 * 60_000;

export interface Turn {
  readonly conversation: Conversation;
  readonly replies: readonly Reply[];
  readonly tasks: readonly NewTask[];
  readonly links: readonly NewLink[];
  readonly timers: readonly NewTimer[];
  readonly cases: readonly NewCase[];
  readonly ratings: readonly NewRating[];
  readonly findings: readonly Finding[];
  readonly understanding: Understanding | undefined;
  readonly events: readonly string[];
  readonly effects: readonly string[];
  /** The path of the flows, see `TurnFigures`. */
  readonly moves: readonly string[];
}

/** One turn over everything that has come in since the last one, oldest first. */
export function turn(
  conversation: Conversation,
  contents: readonly Inbound['content'][],
  context: TurnContext,
): Turn {
  const draft = draftOf(conversation, context);
  // What could not be worked off is not tried again in the hands of a person.
  if (contents.some((content) => content.kind === 'office' && content.event === 'turn_failed'))
    draft.stack = [];
  renewStack(draft);
  for (const content of joinBursts(contents)) apply(draft, content);
  return finish(draft, contents.every(isQuiet));
}

/** Short messages sent in one breath are one utterance. */
function joinBursts(contents: readonly InboundContent[]): readonly InboundContent[] {
  const joined: InboundContent[] = [];
  for (const content of contents) {
    const last = joined.at(-1);
    if (content.kind !== 'text' || last?.kind !== 'text') joined.push(content);
    else {
      const masked: readonly MaskedKind[] = [...new Set([...last.masked, ...content.masked])];
      joined[joined.length - 1] = { kind: 'text', text: `${last.text}，${content.text}`, masked };
    }
  }
  return joined;
}

function apply(draft: Draft, content: InboundContent): void {
  const isFromCitizen = content.kind === 'text' || content.kind === 'choice';
  if (isFromCitizen) draft.status = nextStatus(draft.status, { type: 'citizen_wrote' });
  // A person has the floor: the bot keeps the words and stays silent.
  if (draft.status === 'human' && (isFromCitizen || content.kind === 'opened')) return;
  draft.events.push(content.kind);
  switch (content.kind) {
    case 'text':
      applyText(draft, content.text, content.masked);
      return;
    case 'choice':
      applyChoice(draft, content.value);
      return;
    case 'opened':
      if (draft.before.version === 0) say(draft, 'greet.hello');
      return;
    case 'unsupported':
      say(draft, unsupportedReply(draft, content.what));
      return;
    case 'secure.done':
      applySecure(draft, content);
      return;
    case 'task.settled':
      applySettled(draft, content);
      return;
    case 'office':
      applyOffice(draft, content.event, content.params);
      return;
    case 'staff':
      applyStaff(draft, content);
      return;
    case 'timer':
      applyTimer(draft, content.name, content.params);
  }
}

/** Some kinds have words of their own; the others share one. */
function unsupportedReply({ context }: Draft, what: string): string {
  const own = `channel.unsupported.${what}`;
  return context.knowledge.replies.has(own) ? own : 'channel.unsupported';
}

/** A secure page was completed. Who verified is now known to the conversation, by reference only. */
function applySecure(draft: Draft, done: InboundContent & { readonly kind: 'secure.done' }): void {
  const { purpose, slots } = done;
  if (purpose === 'my_data') {
    applyOwnData(draft, done);
    return;
  }
  if (purpose === 'verify') {
    const until = new Date(draft.context.now + VERIFIED_FOR_MS).toISOString();
    const person = { ref: slots.person as PersonRef, maskedName: String(slots.personName), until };
    // Records of another person say nothing about this one.
    const facts = draft.profile.person?.ref === person.ref ? draft.profile.facts : {};
    draft.profile = { ...draft.profile, person, facts };
    say(draft, 'verify.done', { personName: person.maskedName });
  }
  const index = draft.stack.findLastIndex((_, at) => restOf(draft, at)?.ask?.secure === purpose);
  const { person: _, ...kept } = slots;
  const isTaken =
    index >= 0 &&
    deliver(draft, index, { type: 'secure.done', purpose, slots: purpose === 'verify' ? kept : slots });
  if (!isTaken && purpose !== 'verify') say(draft, 'secure.too_late');
}

/** What nobody said: when it changes nothing, the open question is not put again. */
const isQuiet = (content: InboundContent): boolean =>
  content.kind === 'timer' ||
  content.kind === 'opened' ||
  (content.kind === 'task.settled' && content.name === 'check-invitation');

function finish(draft: Draft, isQuiet: boolean): Turn {
  if (!draft.isMissed && !isQuiet) draft.misses = 0;
  if (draft.offered === draft.before.offered) draft.offered = undefined;
  const isSilent = isQuiet && draft.replies.length === 0;
  // A person has the floor, or has just said goodbye: the open question waits.
  if (draft.status !== 'human' && draft.status !== 'closed' && !isSilent) askTop(draft);
  const { before, context } = draft;
  const conversation: Conversation = {
    id: before.id,
    version: before.version + 1,
    address: before.address,
    status: draft.status,
    profile: draft.profile,
    stack: draft.stack,
    lastReplies: draft.replies.length > 0 ? withoutLinks(draft.replies) : before.lastReplies,
    misses: draft.misses,
    updatedAt: new Date(context.now).toISOString(),
    ...(draft.asking === undefined ? {} : { asking: draft.asking }),
    ...(draft.offered === undefined ? {} : { offered: draft.offered }),
    ...(draft.offered === undefined || draft.askedBack === undefined ? {} : { askedBack: draft.askedBack }),
    ...(draft.openCase === undefined ? {} : { openCase: draft.openCase }),
    ...(draft.lastCase === undefined ? {} : { lastCase: draft.lastCase }),
  };
  const { replies, tasks, links, timers, cases, ratings, findings, understanding, events, effects, moves } =
    draft;
  return {
    conversation,
    replies,
    tasks,
    links,
    timers,
    cases,
    ratings,
    findings,
    understanding,
    events,
    effects,
    moves,
  };
}

/** The secret of a link is said once and not kept with the conversation. */
function withoutLinks(replies: readonly Reply[]): readonly Reply[] {
  return replies.map(({ id, params: { url: _, secure: __, ...params } }) => ({ id, params }));
}
