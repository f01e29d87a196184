import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/domain/conversation.ts';
import { makeId } from '../../src/domain/ids.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, countedRandom, openWorld, START, type World } from './world.ts';

const DIGEST = 'd'.repeat(64);
const LINK = makeId('link', countedRandom('link').bytes);

describe.each(BACKENDS)('a secure link on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
    const link = {
      id: LINK,
      tokenDigest: DIGEST,
      purpose: 'relative',
      context: { relation: 'child' },
      expiresAt: START + 600_000,
    } as const;
    await world.store.commitTurn(commitOf(conversation, [1], { links: [link] }));
  });
  afterEach(() => world.end());

  test('it is found by its digest and by nothing else', async () => {
    expect(await world.store.linkByDigest(DIGEST)).toEqual({
      id: LINK,
      conversation: conversation.id,
      purpose: 'relative',
      context: { relation: 'child' },
      expiresAt: START + 600_000,
    });
    expect(await world.store.linkByDigest('e'.repeat(64))).toBeUndefined();
    expect(await world.store.completeLink('e'.repeat(64), {})).toBe('unknown');
  });

  test('completing it uses it up and tells the conversation', async () => {
    expect(await world.store.completeLink(DIGEST, { dependent: 'p_2' })).toBe('completed');
    expect((await world.store.linkByDigest(DIGEST))?.usedAt).toBe(START);
    expect((await world.store.due(conversation.id))?.items.map((item) => item.content)).toEqual([
      { kind: 'secure.done', link: LINK, purpose: 'relative', slots: { dependent: 'p_2' } },
    ]);
  });

  test('pressed 20 times at once it is used once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.store.completeLink(DIGEST, {})));
    expect(answers.filter((answer) => answer === 'completed')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'used')).toHaveLength(19);
    expect((await world.store.due(conversation.id))?.items).toHaveLength(1);
    expect(await world.opened.verifyAudit()).toEqual({ rows: 2, broken: [] });
  });

  test('after its time it is lapsed and tells nobody', async () => {
    world.clock.advance(600_000);
    expect(await world.store.completeLink(DIGEST, {})).toBe('lapsed');
    expect(await world.store.due(conversation.id)).toBeUndefined();
  });

  test('used in time, it stays used after its time', async () => {
    await world.store.completeLink(DIGEST, {});
    world.clock.advance(600_000);
    expect(await world.store.completeLink(DIGEST, {})).toBe('used');
  });
});
