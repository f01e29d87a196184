/** What a first message gets for an answer in one version of the knowledge, and which get another in the next. */
import { createHash } from 'node:crypto';
import { render } from '../dialog/render.ts';
import { type Turn, turn } from '../dialog/turn.ts';
import type { Conversation, OutboundPart, Reply } from '../domain/conversation.ts';
import type { ConversationId } from '../domain/ids.ts';
import { maskNumbers } from '../domain/masking.ts';
import type { Understanding } from '../domain/understanding.ts';
import { NATION } from '../knowledge/lookup.ts';
import type { Library } from '../library.ts';
import type { Understander } from '../understanding/understander.ts';

export interface AskedQuestion {
  readonly text: string;
  readonly region?: string | undefined;
  /** Where the sentence is from, for people. */
  readonly from: string;
}

export interface Outcome {
  /** Ids of what is said and begun, such as `bind-consent` or `flow:bind`. */
  readonly said: readonly string[];
  /** Hash of the very words. */
  readonly words: string;
}

export interface Impact extends AskedQuestion {
  readonly before: Outcome;
  readonly after: Outcome;
  /** `answer`: another entry, flow or reply; `words`: the same one in other words. */
  readonly differs: 'answer' | 'words';
}

/** Questions that get another answer, in the order they were asked. */
export function impactOf(
  before: Library,
  after: Library,
  questions: readonly AskedQuestion[],
  asOf: string,
): readonly Impact[] {
  // What a sentence means is found once where both understand alike.
  const understander = remembering(before.understander);
  const first = { ...before, understander };
  const second = after.understander === before.understander ? { ...after, understander } : after;
  return questions.flatMap((question): Impact[] => {
    const [old, now] = [outcomeOf(first, question, asOf), outcomeOf(second, question, asOf)];
    if (old.said.join() !== now.said.join())
      return [{ ...question, before: old, after: now, differs: 'answer' }];
    return old.words === now.words ? [] : [{ ...question, before: old, after: now, differs: 'words' }];
  });
}

/** Each question is asked twice in the same conversation: the last meaning is enough to remember. */
function remembering(understander: Understander): Understander {
  let key = '';
  let last: Understanding | undefined;
  return {
    ...understander,
    understand(text, listening) {
      const asked = JSON.stringify([text, listening]);
      if (last === undefined || asked !== key) last = understander.understand(text, listening);
      key = asked;
      return last;
    },
  };
}

/** A real turn of a fresh conversation, at nine in the morning of the day; nothing is stored. */
export function outcomeOf(library: Library, question: AskedQuestion, asOf: string): Outcome {
  const { replies, conversation } = askedOnce(library, question, asOf);
  const words = replies.map((reply) => render(reply, library.knowledge).text).join('\n');
  return {
    said: [...replies.map(nameOf), ...conversation.stack.map(({ flow }) => `flow:${flow}`)],
    words: createHash('sha256').update(words).digest('hex').slice(0, 12),
  };
}

/** What a citizen would read who asks this first, on that day. */
export function wordsTo(library: Library, question: AskedQuestion, asOf: string): readonly OutboundPart[] {
  return askedOnce(library, question, asOf).replies.map((reply) => render(reply, library.knowledge));
}

function askedOnce(library: Library, { text, region }: AskedQuestion, asOf: string): Turn {
  return turn(freshIn(region), [{ kind: 'text', ...maskNumbers(text) }], {
    ...library,
    now: Date.parse(`${asOf}T01:00:00Z`),
    random: (size) => new Uint8Array(size),
    secureUrl: () => '',
  });
}

function nameOf({ id, params }: Reply): string {
  return id === 'answer' ? String(params.faq) : id;
}

function freshIn(region: string | undefined): Conversation {
  return {
    id: 'c_impact' as ConversationId,
    version: 1,
    address: { channel: 'converse', account: 'impact', user: 'impact' },
    status: 'bot',
    profile: { facts: {}, ...(region === undefined || region === NATION ? {} : { region }) },
    stack: [],
    lastReplies: [],
    misses: 0,
    updatedAt: '',
  };
}
