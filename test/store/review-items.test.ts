import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UncertainWords } from '../../src/contracts/store.ts';
import type { Conversation } from '../../src/domain/conversation.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, openWorld, START, type World } from './world.ts';

const DAY_MS = 24 * 3600 * 1000;
const WORDS: UncertainWords = {
  text: '那个东西怎么弄',
  action: 'ask_back',
  alternatives: [
    { id: 'ask.how_bind', p: 0.4 },
    { id: 'ask.how_use', p: 0.3 },
  ],
  knowledge: 'k1',
  region: '999900',
};

describe.each(BACKENDS)('uncertain words on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
  });
  afterEach(() => world.end());

  async function say(uncertain: UncertainWords): Promise<void> {
    const done = await world.store.commitTurn(commitOf(conversation, [], { uncertain }));
    if (done !== 'committed') throw new Error(`The turn was ${done}`);
    conversation = { ...conversation, version: conversation.version + 1 };
  }
  const at = (ms: number) => new Date(ms).toISOString();

  test('words are read back as they were kept', async () => {
    await say(WORDS);
    expect(await world.store.reviewItems()).toEqual([
      { ...WORDS, count: 1, firstAt: at(START), lastAt: at(START) },
    ]);
  });

  test('the same words count up and keep the newest guess', async () => {
    await say(WORDS);
    world.clock.advance(1000);
    const { region: _, ...anywhere } = WORDS;
    const newer: UncertainWords = { ...anywhere, action: 'fallback', alternatives: [], knowledge: 'k2' };
    await say(newer);
    expect(await world.store.reviewItems()).toEqual([
      { ...newer, count: 2, firstAt: at(START), lastAt: at(START + 1000) },
    ]);
  });

  test('what is said oftenest comes first', async () => {
    for (const text of ['甲', '乙', '丙', '乙', '丙', '乙']) await say({ ...WORDS, text });
    expect((await world.store.reviewItems()).map(({ text, count }) => [text, count])).toEqual([
      ['乙', 3],
      ['丙', 2],
      ['甲', 1],
    ]);
  });

  test('a turn that lost the race keeps no words', async () => {
    await say(WORDS);
    const stale = { ...conversation, version: conversation.version - 1 };
    const outcome = await world.store.commitTurn(
      commitOf(stale, [], { uncertain: { ...WORDS, text: '别的' } }),
    );
    expect(outcome).toBe('stale');
    expect((await world.store.reviewItems()).map(({ text }) => text)).toEqual([WORDS.text]);
  });

  test('words of nobody for a season are not shown, and leave with the next new ones', async () => {
    await say(WORDS);
    world.clock.advance(91 * DAY_MS);
    expect(await world.store.reviewItems()).toEqual([]);
    await say({ ...WORDS, text: '新的话' });
    const rows = await world.opened.db.selectFrom('review_items').select('text').execute();
    expect(rows).toEqual([{ text: '新的话' }]);
  });

  test('when there are too many, those not said for longest give way', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ({
      text: `第${index}句`,
      action: 'fallback',
      alternatives: '[]',
      knowledge: 'k1',
      region: null,
      n: 1,
      first_at: START - 2000 + index,
      last_at: START - 2000 + index,
    }));
    for (let from = 0; from < rows.length; from += 500)
      await world.opened.db
        .insertInto('review_items')
        .values(rows.slice(from, from + 500))
        .execute();
    await say(WORDS);
    const texts = (await world.store.reviewItems()).map(({ text }) => text);
    expect(texts).toHaveLength(2000);
    expect(texts).toContain(WORDS.text);
    expect(texts).toContain('第1句');
    expect(texts).not.toContain('第0句');
  });

  test('a very long message is kept by its beginning', async () => {
    await say({ ...WORDS, text: '长'.repeat(5000) });
    expect((await world.store.reviewItems()).map(({ text }) => text.length)).toEqual([200]);
  });

  test('nothing that is kept leads back to a conversation', async () => {
    await say(WORDS);
    const rows = await world.opened.db.selectFrom('review_items').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(conversation.id);
  });
});
