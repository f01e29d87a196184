/** After an ask-back the sentence is read again with its chosen meaning: what it named is not lost. */
import { describe, expect, it } from 'vitest';
import type { TurnContext } from '../../src/dialog/draft.ts';
import { turn } from '../../src/dialog/turn.ts';
import type { Conversation, InboundContent } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { openLibrary } from '../../src/library.ts';
import type { Understander } from '../../src/understanding/understander.ts';

const library = openLibrary();

/** Understands as ever, but is never sure of a first reading. */
const unsure: Understander = {
  understand: (text, listening) => ({
    ...library.understander.understand(text, listening),
    action: 'ask_back',
  }),
  commands: (understood, listening) => library.understander.commands(understood, listening),
};
const context: TurnContext = {
  knowledge: library.knowledge,
  understander: unsure,
  now: Date.parse('2026-11-22T01:00:00Z'),
  random: (size) => new Uint8Array(size).fill(3),
  secureUrl: (token) => token,
};
const empty: Conversation = {
  id: 'c_test' as ConversationId,
  version: 0,
  address: { channel: 'converse', account: 'test', user: 'me' },
  status: 'bot',
  profile: { facts: {} },
  stack: [],
  lastReplies: [],
  misses: 0,
  updatedAt: '2026-11-22T01:00:00.000Z',
};

function play(...contents: readonly InboundContent[]) {
  let conversation = empty;
  let last = turn(conversation, [], context);
  for (const content of contents) {
    last = turn(conversation, [content], context);
    conversation = last.conversation;
  }
  return last;
}

const said = (text: string): InboundContent => ({ kind: 'text', text, masked: [] });
const chosen = (intent: string): InboundContent => ({ kind: 'choice', value: `intent:${intent}` });

describe('a choice of an ask-back', () => {
  it('keeps the place that was named', () => {
    const { replies } = play(said('江苏怎么弄家庭共济'), chosen('ask.how_bind'));
    expect(replies[0]).toMatchObject({ id: 'answer', params: { region: '320000' } });
  });

  it('keeps the relative that was named', () => {
    const { conversation } = play(said('我妈的家庭共济'), chosen('bind'));
    expect(conversation.stack[0]).toMatchObject({ flow: 'bind', slots: { relation: 'parent' } });
  });

  it('forgets the sentence once it is settled', () => {
    expect(play(said('江苏怎么弄家庭共济')).conversation.askedBack).toBe('江苏怎么弄家庭共济');
    expect(play(said('江苏怎么弄家庭共济'), chosen('ask.how_bind')).conversation.askedBack).toBeUndefined();
  });
});
