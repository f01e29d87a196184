import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/domain/conversation.ts';
import { BACKENDS } from './backends.ts';
import { addressOf, begun, commitOf, inbound, openWorld, part, START, type World } from './world.ts';

describe.each(BACKENDS)('the outbox on $name', (backend) => {
  let world: World;
  let conversation: Conversation;
  beforeEach(async () => {
    world = await openWorld(backend);
    conversation = await begun(world);
    const replies = [part('one'), part('two'), part('three')];
    await world.store.commitTurn(commitOf(conversation, [1], { replies }));
  });
  afterEach(() => world.end());

  const due = async () =>
    (await world.store.duePartsOf(conversation.id)).map((item) => item.outbound.part.text);
  const key = (index: number) => `${conversation.id}:1:${index}`;

  test('parts are due in the order they were said, with the address they go to', async () => {
    expect(await due()).toEqual(['one', 'two', 'three']);
    const first = (await world.store.duePartsOf(conversation.id))[0];
    expect(first).toEqual({
      attempts: 0,
      outbound: { key: key(0), conversation: conversation.id, address: addressOf('lin'), part: part('one') },
    });
  });

  test('a part that was sent is not due again', async () => {
    await world.store.markSent(key(0));
    await world.store.markSent(key(0));
    expect(await due()).toEqual(['two', 'three']);
  });

  test('a part that waits for its next try holds back those behind it', async () => {
    await world.store.markSent(key(0));
    await world.store.markFailed(key(1), 'channel_unavailable', START + 5_000);
    expect(await due()).toEqual([]);
    world.clock.advance(5_000);
    expect(await due()).toEqual(['two', 'three']);
    expect((await world.store.duePartsOf(conversation.id))[0]?.attempts).toBe(1);
  });

  test('a part given up is dead, and the rest goes on', async () => {
    await world.store.markFailed(key(0), 'channel_refused');
    expect(await due()).toEqual(['two', 'three']);
    const row = await world.opened.db
      .selectFrom('outbox')
      .select(['state', 'error'])
      .where('key', '=', key(0))
      .executeTakeFirst();
    expect(row).toEqual({ state: 'dead', error: 'channel_refused' });
  });

  test('parked parts are due again, in order, when the citizen writes', async () => {
    for (const index of [0, 1, 2]) await world.store.park(key(index));
    expect(await due()).toEqual([]);
    await world.store.receiveFor(conversation.id, 'inside', { kind: 'opened' });
    expect(await due()).toEqual([]);
    await world.store.receive(inbound('lin', 'again'));
    expect(await due()).toEqual(['one', 'two', 'three']);
  });

  test('a part that was sent is not parked any more', async () => {
    await world.store.markSent(key(0));
    await world.store.park(key(0));
    await world.store.receive(inbound('lin', 'again'));
    expect(await due()).toEqual(['two', 'three']);
  });

  test('the history holds the words of both sides in one order', async () => {
    await world.store.receive(inbound('lin', 'm2', '谢谢'));
    await world.store.markFailed(key(0), 'channel_refused');
    const lines = await world.store.history(conversation.id, 0, 50);
    expect(lines.map((line) => [line.who, line.part.text])).toEqual([
      ['citizen', 'lin-1'],
      ['bot', 'one'],
      ['bot', 'two'],
      ['bot', 'three'],
      ['citizen', '谢谢'],
    ]);
    expect(lines.map((line) => line.position)).toEqual([1, 2, 3, 4, 5]);
  });

  test('the history is read on from a position, a page at a time', async () => {
    await world.store.receive(inbound('lin', 'm2'));
    const page = await world.store.history(conversation.id, 1, 2);
    expect(page.map((line) => line.part.text)).toEqual(['one', 'two']);
    const rest = await world.store.history(conversation.id, page.at(-1)?.position ?? 0, 10);
    expect(rest.map((line) => line.part.text)).toEqual(['three', 'm2']);
  });

  test('the whole history may be asked for without knowing its length', async () => {
    expect(await world.store.history(conversation.id, 0, Number.MAX_SAFE_INTEGER)).toHaveLength(4);
  });

  test('what comes from inside is no line of the talk', async () => {
    await world.store.receiveFor(conversation.id, 'inside', { kind: 'timer', name: 'remind', params: {} });
    expect(await world.store.history(conversation.id, 4, 10)).toEqual([]);
  });

  test('a pressed button stands in the history by its label', async () => {
    const asked = { ...part('谁？'), choices: [{ value: 'child', label: '子女' }] };
    await world.store.commitTurn(commitOf({ ...conversation, version: 1 }, [], { replies: [asked] }));
    await world.store.receive({ ...inbound('lin', 'm2'), content: { kind: 'choice', value: 'child' } });
    await world.store.receive({ ...inbound('lin', 'm3'), content: { kind: 'choice', value: 'gone' } });
    const lines = await world.store.history(conversation.id, 5, 10);
    expect(lines.map((line) => line.part)).toEqual([
      { id: 'citizen.choice', params: { value: 'child' }, text: '子女' },
      { id: 'citizen.choice', params: { value: 'gone' }, text: 'gone' },
    ]);
  });
});
