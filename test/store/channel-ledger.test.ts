import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/domain/conversation.ts';
import { scrub } from '../../src/store/scrub.ts';
import { BACKENDS, LASTING } from './backends.ts';
import { inbound, openWorld, type World } from './world.ts';

const LIN: Address = { channel: 'wechat-oa', account: 'wx1', user: 'o_lin' };
const HOUR = 3_600_000;

async function inWorld(backend: (typeof BACKENDS)[number], test: (world: World) => Promise<void>) {
  const world = await openWorld(backend);
  try {
    await test(world);
  } finally {
    await world.end();
  }
}

const message = (world: World, left = 5) => ({
  kind: 'message' as const,
  left,
  until: world.clock.now() + 48 * HOUR,
});

describe.each(BACKENDS)('the channel ledger on $name: pushes', (backend) => {
  test('the first try is new, those that follow know what became of it', () =>
    inWorld(backend, async ({ store }) => {
      const push = { address: LIN, key: 'm1' };
      expect(await store.beginPush(push)).toEqual({ state: 'new' });
      expect(await store.beginPush(push)).toEqual({ state: 'running' });
      expect(await store.answerPush(push, '答', ['c:1:0'])).toBe(true);
      expect(await store.beginPush(push)).toEqual({ state: 'answered', reply: '答' });
    }));

  test('a push that went another way is not answered any more, and an answer is not taken back', () =>
    inWorld(backend, async ({ store }) => {
      const [late, early] = [
        { address: LIN, key: 'm1' },
        { address: LIN, key: 'm2' },
      ];
      await store.beginPush(late);
      await store.settlePush(late);
      expect(await store.answerPush(late, '晚', ['c:1:0'])).toBe(false);
      expect(await store.beginPush(late)).toEqual({ state: 'pushed' });
      expect((await store.sendStates(['c:1:0'])).size).toBe(0);
      await store.beginPush(early);
      await store.answerPush(early, '早', []);
      await store.settlePush(early);
      expect(await store.beginPush(early)).toEqual({ state: 'answered', reply: '早' });
    }));

  test('a repeated push does not open the window anew', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      const push = { address: LIN, key: 'm1' };
      await store.beginPush(push, message(world));
      await store.reserveSend({ address: LIN, parts: ['c:1:0'], messages: 2, keep: 0 });
      await store.beginPush(push, message(world));
      expect((await store.windowOf(LIN))?.left).toBe(3);
    }));
});

describe.each(BACKENDS)('the channel ledger on $name: windows', (backend) => {
  test('what is reserved is gone, and some are kept back', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      await store.openWindow(LIN, message(world));
      const send = (part: string, keep: number) =>
        store.reserveSend({ address: LIN, parts: [part], messages: 1, keep });
      expect(await send('a', 1)).toBe('reserved');
      for (const part of ['b', 'c', 'd']) await send(part, 1);
      expect(await send('e', 1)).toBe('shut');
      expect((await store.sendStates(['a', 'e'])).get('e')).toBeUndefined();
      expect(await send('e', 0)).toBe('reserved');
      expect(await send('f', 0)).toBe('shut');
    }));

  test('it shuts by itself, and by what the platform says', () =>
    inWorld(backend, async (world) => {
      const { store, clock } = world;
      await store.openWindow(LIN, message(world));
      clock.advance(48 * HOUR);
      expect(await store.windowOf(LIN)).toBeUndefined();
      await store.openWindow(LIN, message(world));
      await store.closeWindows(LIN);
      expect(await store.windowOf(LIN)).toBeUndefined();
    }));

  test('the short one is used first', () =>
    inWorld(backend, async (world) => {
      const { store, clock } = world;
      await store.openWindow(LIN, message(world));
      await store.openWindow(LIN, { kind: 'event', left: 3, until: clock.now() + 60_000 });
      await store.reserveSend({ address: LIN, parts: ['a'], messages: 4, keep: 0 });
      clock.advance(60_000);
      expect((await store.windowOf(LIN))?.left).toBe(4);
    }));

  test('what the platform refused is given back', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      await store.openWindow(LIN, message(world, 1));
      const send = { address: LIN, parts: ['a'], messages: 1 };
      await store.reserveSend({ ...send, keep: 0 });
      await store.settleSend(send, 'released');
      expect((await store.windowOf(LIN))?.left).toBe(1);
      expect((await store.sendStates(['a'])).size).toBe(0);
    }));

  test('two at once never take the last one twice', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      await store.openWindow(LIN, message(world, 1));
      const both = await Promise.all(
        ['a', 'b'].map((part) => store.reserveSend({ address: LIN, parts: [part], messages: 1, keep: 0 })),
      );
      expect(both.toSorted()).toEqual(['reserved', 'shut']);
    }));

  test('a notice is claimed once, until the citizen is heard of again', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      expect(await store.claimNotice(LIN)).toBe(true);
      expect(await store.claimNotice(LIN)).toBe(false);
      await store.openWindow(LIN, message(world));
      expect(await store.claimNotice(LIN)).toBe(true);
    }));
});

describe.each(BACKENDS)('the channel ledger on $name: deletion on request', (backend) => {
  test('takes what was said and what was left to say, of this talk only', () =>
    inWorld(backend, async (world) => {
      const { store, opened } = world;
      const wang = { ...LIN, user: 'o_wang' };
      for (const address of [LIN, wang]) {
        await store.receive({ ...inbound('x', `m-${address.user}`), address });
        await store.beginPush({ address, key: address.user });
        await store.answerPush({ address, key: address.user }, '说过的话', []);
        await store.rememberTalk(address, { rest: '没说完的话' });
      }
      const id = (await store.conversationAt(LIN))?.id ?? '';
      await opened.db
        .transaction()
        .execute((tx) => scrub(tx, { conversation: id, task: undefined, now: world.clock.now() }));
      expect(await store.talkOf(LIN)).toEqual({});
      expect(await store.beginPush({ address: LIN, key: LIN.user })).toEqual({ state: 'new' });
      expect(await store.talkOf(wang)).toEqual({ rest: '没说完的话' });
    }));
});

describe.each(LASTING)('the channel ledger on $name: after a restart', (backend) => {
  test('sends, the rest of a text, offered choices and the cursor are still known', () =>
    inWorld(backend, async (world) => {
      await world.store.openWindow(LIN, message(world));
      await world.store.reserveSend({ address: LIN, parts: ['a', 'b'], messages: 1, keep: 0 });
      await world.store.settleSend({ address: LIN, parts: ['a'], messages: 1 }, 'sent');
      const talk = { rest: '后面的话', choices: [{ value: 'child', label: '孩子' }] };
      await world.store.rememberTalk(LIN, talk);
      await world.store.saveChannelCursor('wecom-kf', 'kf1', 'cursor-9');
      await world.reopen();
      const { store } = world;
      expect([...(await store.sendStates(['a', 'b', 'c']))]).toEqual([
        ['a', 'sent'],
        ['b', 'sending'],
      ]);
      expect(await store.talkOf(LIN)).toEqual(talk);
      expect(await store.channelCursor('wecom-kf', 'kf1')).toBe('cursor-9');
      expect(await store.channelCursor('wecom-kf', 'kf2')).toBeUndefined();
    }));

  test('what can be referred to is forgotten after a day', () =>
    inWorld(backend, async ({ store, clock }) => {
      await store.rememberTalk(LIN, { rest: '后面的话' });
      clock.advance(24 * HOUR + 1);
      expect(await store.talkOf(LIN)).toEqual({});
    }));
});
