import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BACKENDS } from './backends.ts';
import { addressOf, begun, commitOf, inbound, openWorld, part, type World } from './world.ts';

describe.each(BACKENDS)('the mailbox on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  test('a first message makes the conversation and waits in it', async () => {
    expect(await world.store.receive(inbound('lin', 'm1', '怎么绑定'))).toBe('stored');
    const conversation = await world.store.conversationAt(addressOf('lin'));
    expect(conversation).toMatchObject({ version: 0, status: 'bot', stack: [], address: addressOf('lin') });
    const due = await world.store.due(conversation?.id as never);
    expect(due?.conversation).toEqual(conversation);
    expect(due?.items).toEqual([
      {
        seq: 1,
        content: { kind: 'text', text: '怎么绑定', masked: [] },
        receivedAt: '2026-11-24T08:00:00.000Z',
        attempts: 0,
      },
    ]);
  });

  test('a redelivery is a duplicate and changes nothing', async () => {
    const conversation = await begun(world);
    expect(await world.store.receive(inbound('lin', 'lin-1', 'other words'))).toBe('duplicate');
    const due = await world.store.due(conversation.id);
    expect(due?.items.map((item) => [item.seq, item.content])).toEqual([
      [1, { kind: 'text', text: 'lin-1', masked: [] }],
    ]);
  });

  test('a message id seen at the same account makes no second conversation', async () => {
    await begun(world);
    expect(await world.store.receive(inbound('wang', 'lin-1'))).toBe('duplicate');
    expect(await world.store.conversationAt(addressOf('wang'))).toBeUndefined();
    await world.store.receive(inbound('wang', 'wang-1'));
    expect(await world.store.conversationAt(addressOf('wang'))).toMatchObject({ version: 0 });
  });

  test('messages are handed out in the order they were received', async () => {
    const conversation = await begun(world);
    for (const id of ['b', 'a', 'c']) await world.store.receive(inbound('lin', id));
    const due = await world.store.due(conversation.id);
    expect(due?.items.map((item) => item.content)).toEqual(
      ['lin-1', 'b', 'a', 'c'].map((text) => ({ kind: 'text', text, masked: [] })),
    );
  });

  test('20 parallel messages of which 10 are redeliveries leave 10, numbered apart', async () => {
    const sent = Array.from({ length: 20 }, (_, index) => `p${index % 10}`);
    const answers = await Promise.all(sent.map((id) => world.store.receive(inbound('lin', id))));
    expect(answers.filter((answer) => answer === 'stored')).toHaveLength(10);
    const conversation = await world.store.conversationAt(addressOf('lin'));
    const items = (await world.store.due(conversation?.id as never))?.items ?? [];
    expect(new Set(items.map((item) => item.seq)).size).toBe(10);
    expect(items.map((item) => item.seq)).toEqual(items.map((item) => item.seq).toSorted((a, b) => a - b));
    expect(new Set(items.map((item) => (item.content as { text: string }).text)).size).toBe(10);
  });

  test('conversations of different people are different', async () => {
    const [lin, wang] = [await begun(world, 'lin'), await begun(world, 'wang')];
    expect(lin.id).not.toBe(wang.id);
    expect(await world.store.conversation(wang.id)).toEqual(wang);
  });

  test('a message from inside joins the same line once', async () => {
    const { id } = await begun(world);
    const content = { kind: 'office', event: 'application.changed', params: { state: 'ACTIVE' } } as const;
    expect(await world.store.receiveFor(id, 'change:1', content)).toBe('stored');
    expect(await world.store.receiveFor(id, 'change:1', content)).toBe('duplicate');
    const due = await world.store.due(id);
    expect(due?.items.map((item) => item.content.kind)).toEqual(['text', 'office']);
  });

  test('a message from inside to a conversation that does not exist is an error', async () => {
    const absent = world.store.receiveFor('c_none' as never, 'x', { kind: 'opened' });
    await expect(absent).rejects.toThrow(/c_none/);
  });

  test('a conversation with nothing undone has nothing due', async () => {
    const conversation = await begun(world);
    await world.store.commitTurn(commitOf(conversation, [1]));
    expect(await world.store.due(conversation.id)).toBeUndefined();
    expect(await world.store.due('c_none' as never)).toBeUndefined();
  });

  test('the fifth failure of a message is its last', async () => {
    const { id } = await begun(world);
    await world.store.receive(inbound('lin', 'next'));
    const answers = [];
    for (let attempt = 1; attempt <= 5; attempt += 1)
      answers.push(await world.store.failItem(id, 1, 'flow_error'));
    expect(answers).toEqual(['retry', 'retry', 'retry', 'retry', 'dead']);
    const due = await world.store.due(id);
    expect(due?.items.map((item) => [item.seq, item.attempts])).toEqual([[2, 0]]);
  });

  test('a dead message can still be answered by a turn', async () => {
    const conversation = await begun(world);
    for (let attempt = 1; attempt <= 5; attempt += 1)
      await world.store.failItem(conversation.id, 1, 'flow_error');
    const apology = commitOf(conversation, [1], { replies: [part('抱歉')] });
    expect(await world.store.commitTurn(apology)).toBe('committed');
    expect(await world.store.duePartsOf(conversation.id)).toHaveLength(1);
  });

  test('stored state that lost its shape is refused by name and without its words', async () => {
    const conversation = await begun(world);
    await world.opened.db
      .updateTable('conversations')
      .set({ state: '{"format":1,"conversation":{"id":"secret words"}}' })
      .execute();
    const reading = world.store.conversation(conversation.id);
    await expect(reading).rejects.toThrow(/conversations\.state/);
    await expect(reading).rejects.not.toThrow(/secret words/);
  });
});
