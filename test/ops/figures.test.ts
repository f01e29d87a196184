/** What waits in the store, as health and metrics count it; on every database. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConversationId } from '../../src/domain/ids.ts';
import { BACKENDS } from '../store/backends.ts';
import { openWorld, START, type World } from '../store/world.ts';

const address = { channel: 'wechat-oa', account: 'wx', user: 'u1' } as const;

describe.each(BACKENDS)('figures on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  const say = (messageId: string) =>
    world.store.receive({
      address,
      messageId,
      receivedAt: new Date(world.clock.now()).toISOString(),
      content: { kind: 'text', text: '你好', masked: [] },
    });
  const conversation = async (): Promise<ConversationId> =>
    (await world.store.conversationAt(address))?.id as ConversationId;

  test('an empty store has nothing waiting and tables of this version', async () => {
    await world.store.ping();
    expect(await world.store.figures()).toMatchObject({
      inbox: { waiting: 0, dead: 0 },
      outbox: { pending: 0, parked: 0, dead: 0 },
      tasks: { open: 0 },
      timers: {},
      cases: { unassigned: 0, firstAnswerLate: 0, resolutionLate: 0 },
      windows: [],
      migrations: 'current',
    });
  });

  test('waiting messages are counted with the age of the oldest, and dead ones apart', async () => {
    await say('1');
    world.clock.advance(5_000);
    await say('2');
    expect((await world.store.figures()).inbox).toEqual({ waiting: 2, oldestAt: START, dead: 0 });
    const id = await conversation();
    for (let failure = 0; failure < 5; failure += 1) await world.store.failItem(id, 1, 'turn_failed');
    expect((await world.store.figures()).inbox).toEqual({ waiting: 1, oldestAt: START + 5_000, dead: 1 });
  });

  test('open windows are counted by channel and kind, those that are over or used up are not', async () => {
    const until = world.clock.now() + 60_000;
    await world.store.openWindow(address, { kind: 'message', left: 5, until });
    await world.store.openWindow({ ...address, user: 'u2' }, { kind: 'message', left: 0, until });
    expect((await world.store.figures()).windows).toEqual([
      { channel: 'wechat-oa', kind: 'message', open: 1 },
    ]);
    world.clock.advance(60_001);
    expect((await world.store.figures()).windows).toEqual([]);
  });
});
