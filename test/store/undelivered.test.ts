import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/domain/conversation.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, inbound, openWorld, part, type World } from './world.ts';

describe.each(BACKENDS)('parts that were sent and have not arrived, on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
    await world.store.commitTurn(commitOf(conversation, [1], { replies: [part('one'), part('two')] }));
  });
  afterEach(() => world.end());

  const due = async () =>
    (await world.store.duePartsOf(conversation.id)).map((item) => item.outbound.part.text);
  const key = (index: number) => `${conversation.id}:1:${index}`;

  test('wait for the next word of the citizen, and go out before what was said later', async () => {
    await world.store.markSent(key(0));
    expect(await world.store.undelivered(key(0), 'not_delivered_6', 'waits')).toBe(true);
    expect(await due()).toEqual(['two']);
    await world.store.receive(inbound('lin', 'again'));
    expect(await due()).toEqual(['one', 'two']);
  });

  test('are dead, with the code of what went wrong, when another word would not help', async () => {
    await world.store.markSent(key(0));
    expect(await world.store.undelivered(key(0), 'not_delivered_10', 'dead')).toBe(true);
    await world.store.receive(inbound('lin', 'again'));
    expect(await due()).toEqual(['two']);
    const row = await world.opened.db
      .selectFrom('outbox')
      .select(['state', 'error'])
      .where('key', '=', key(0))
      .executeTakeFirst();
    expect(row).toEqual({ state: 'dead', error: 'not_delivered_10' });
  });

  test('are not those that were never sent, nor those that were taken back already', async () => {
    expect(await world.store.undelivered(key(0), 'not_delivered_6', 'waits')).toBe(false);
    expect(await world.store.undelivered('c_none:1:0', 'not_delivered_6', 'dead')).toBe(false);
    await world.store.markSent(key(0));
    await world.store.undelivered(key(0), 'not_delivered_6', 'waits');
    expect(await world.store.undelivered(key(0), 'not_delivered_6', 'dead')).toBe(false);
    expect(await due()).toEqual(['two']);
  });
});
