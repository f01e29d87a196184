import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlayer, type Player } from '../../src/cli/player.ts';
import { uncertainWords } from '../../src/dialog/doubt.ts';
import type { Conversation } from '../../src/domain/conversation.ts';
import type { Understanding } from '../../src/domain/understanding.ts';
import { openLibrary } from '../../src/library.ts';
import { BACKENDS } from '../store/backends.ts';

const UNSURE: Understanding = {
  text: '那个咋弄',
  normalized: '那个咋弄',
  action: 'ask_back',
  intent: 'ask.how_bind',
  confidence: 0.4,
  alternatives: [
    { id: 'ask.how_bind', p: 0.4 },
    { id: 'ask.how_use', p: 0.3 },
    { id: 'ask.how_pay', p: 0.1 },
    { id: 'bind', p: 0.05 },
  ],
  causes: [],
  entities: [],
};
const IDLE = { misses: 0, stack: [], profile: { facts: {} } } as unknown as Conversation;
const ASKED = { ...IDLE, asking: { slot: 'relation', reply: 'bind.relation', params: {} } };

function kept(
  understanding: Partial<Understanding>,
  { before = IDLE, after = IDLE }: { before?: Conversation; after?: Conversation } = {},
) {
  return uncertainWords(
    before,
    { understanding: { ...UNSURE, ...understanding }, conversation: after },
    'k1',
  );
}

test('words that had to be asked back, or were not understood, are kept with the best three guesses', () => {
  expect(kept({})).toEqual({
    text: '那个咋弄',
    action: 'ask_back',
    alternatives: UNSURE.alternatives.slice(0, 3),
    knowledge: 'k1',
  });
  expect(kept({ action: 'fallback' })?.action).toBe('fallback');
});

test('words that were answered, begun or diagnosed are not kept', () => {
  for (const action of ['answer', 'task', 'diagnose'] as const) expect(kept({ action })).toBeUndefined();
});

test('words turned away are kept only when that was a near thing', () => {
  expect(kept({ action: 'out_of_scope', confidence: 0.6 })).toBeDefined();
  expect(kept({ action: 'out_of_scope', confidence: 0.9 })).toBeUndefined();
});

test('an answer to a question is kept only when it was not taken', () => {
  expect(kept({}, { before: ASKED, after: ASKED })).toBeUndefined();
  expect(kept({}, { before: ASKED, after: { ...ASKED, misses: 1 } })).toBeDefined();
});

test('a plain reaction is not kept, nor a single character, nor a turn without words', () => {
  expect(kept({ reaction: 'yes' })).toBeUndefined();
  expect(kept({ normalized: '嗯' })).toBeUndefined();
  expect(uncertainWords(IDLE, { understanding: undefined, conversation: IDLE }, 'k1')).toBeUndefined();
});

test('a number that only normalising brought to light is hidden', () => {
  const words = kept({ normalized: '我的号 13912345678 绑不绑' });
  expect(words?.text).not.toMatch(/\d{4}/u);
});

test('the place of the citizen goes with the words', () => {
  const after = { ...IDLE, profile: { ...IDLE.profile, region: '999900' } };
  expect(kept({}, { after })?.region).toBe('999900');
});

describe.each(BACKENDS.filter(({ name }) => name !== 'SQLite file'))('a talk on $name', (backend) => {
  let player: Player;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    const place = await backend.newPlace();
    remove = place.remove;
    const { knowledge, understander } = openLibrary();
    player = await createPlayer({
      knowledge,
      asOf: '2026-11-22',
      storeUrl: place.url,
      understander: {
        understand: (text, listening) => {
          const found = understander.understand(text, listening);
          return text.includes('那个') ? { ...UNSURE, text, normalized: text } : found;
        },
        commands: understander.commands,
      },
    });
  });
  afterEach(async () => {
    await player.stop();
    await remove();
  });

  test('keeps what two citizens said alike once, counted, and without their numbers', async () => {
    await player.play({ conversation: 'one', text: '那个咋弄，我电话13912345678' });
    await player.play({ conversation: 'two', text: '那个咋弄，我电话13987654321' });
    await player.play({ conversation: 'two', text: '怎么解绑' });
    const items = await player.app.store.reviewItems();
    expect(items.map(({ text, count }) => [text, count])).toEqual([['那个咋弄，我电话', 2]]);
    expect(player.faults).toEqual([]);
  });
});
