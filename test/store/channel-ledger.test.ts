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

describe.each(BACKENDS)('the channel ledger on $name: answers for another process', (backend) => {
  const PUSH = { address: LIN, key: 'm1' };
  const hold = (world: World, by = 'holder') => ({ by, until: world.clock.now() + 3_500 });
  const OFFER = { reply: '答', parts: ['c:1:0', 'c:1:1'] };

  test('the oldest push another process holds is offered an answer, and it is taken once', () =>
    inWorld(backend, async (world) => {
      const { store, clock } = world;
      await store.beginPush(PUSH, undefined, hold(world));
      clock.advance(10);
      await store.beginPush({ address: LIN, key: 'm2' }, undefined, hold(world));
      expect(await store.offerAnswer(LIN, 'holder', OFFER)).toBeUndefined();
      expect(await store.offerAnswer(LIN, 'finder', OFFER)).toEqual(PUSH);
      expect(await store.beginPush(PUSH)).toEqual({ state: 'offered' });
      expect((await store.sendStates(OFFER.parts)).get('c:1:1')).toBe('offered');
      expect(await store.takeAnswer(PUSH)).toEqual({ state: 'answered', reply: '答', isTaken: true });
      expect(await store.takeAnswer(PUSH)).toEqual({ state: 'answered', reply: '答' });
      expect(await store.withdrawAnswer(PUSH)).toBe(false);
      expect((await store.sendStates(OFFER.parts)).get('c:1:1')).toBe('sent');
    }));

  test('an answer that was taken back is taken by nobody, and its parts go another way', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      await store.beginPush(PUSH, undefined, hold(world));
      await store.offerAnswer(LIN, 'finder', OFFER);
      expect(await store.withdrawAnswer(LIN)).toBe(true);
      expect(await store.withdrawAnswer(PUSH)).toBe(false);
      expect(await store.takeAnswer(PUSH)).toEqual({ state: 'pushed' });
      expect((await store.sendStates(OFFER.parts)).size).toBe(0);
    }));

  test('a push that is not held, or no longer, is offered nothing', () =>
    inWorld(backend, async (world) => {
      const { store, clock } = world;
      await store.beginPush(PUSH);
      await store.beginPush({ address: LIN, key: 'm2' }, undefined, hold(world));
      clock.advance(3_501);
      expect(await store.offerAnswer(LIN, 'finder', OFFER)).toBeUndefined();
    }));

  test('a part that is on its way, or was sent, is offered and sent by nobody else', () =>
    inWorld(backend, async (world) => {
      const { store } = world;
      await store.beginPush(PUSH, message(world), hold(world));
      await store.reserveSend({ address: LIN, parts: ['c:1:1'], messages: 1, keep: 0 });
      expect(await store.offerAnswer(LIN, 'finder', OFFER)).toBeUndefined();
      expect(await store.answerPush(PUSH, '答', OFFER.parts)).toBe(false);
      expect(await store.reserveSend({ address: LIN, parts: ['c:1:1'], messages: 1, keep: 0 })).toBe('taken');
      expect((await store.windowOf(LIN))?.left).toBe(4);
      expect(await store.takeAnswer(PUSH)).toEqual({ state: 'running' });
    }));
});

describe.each(BACKENDS)('the channel ledger on $name: doubts and welcomes', (backend) => {
  test('what may not have arrived is free again, and told apart once the citizen has written', () =>
    inWorld(backend, async (world) => {
      const { store, clock } = world;
      const send = { address: LIN, parts: ['c:1:0'], messages: 1 };
      await store.beginPush({ address: LIN, key: 'm1' }, message(world));
      clock.advance(10);
      await store.reserveSend({ ...send, keep: 0 });
      await store.settleSend(send, 'unknown');
      expect([...(await store.heardSince(LIN, ['c:1:0', 'c:1:1']))]).toEqual([]);
      clock.advance(10);
      await store.beginPush({ address: LIN, key: 'm2' }, message(world));
      expect([...(await store.heardSince(LIN, ['c:1:0', 'c:1:1']))]).toEqual(['c:1:0']);
      expect(await store.reserveSend({ ...send, keep: 0 })).toBe('reserved');
    }));

  test('a welcome is said by the first who asks, within its time', () =>
    inWorld(backend, async ({ store, clock }) => {
      await store.keepWelcome(LIN, 'w1', clock.now() + 20_000);
      const taken = await Promise.all([store.takeWelcome(LIN), store.takeWelcome(LIN)]);
      expect(taken.filter((code) => code !== undefined)).toEqual(['w1']);
      await store.keepWelcome(LIN, 'w2', clock.now() + 20_000);
      clock.advance(20_000);
      expect(await store.takeWelcome(LIN)).toBeUndefined();
      expect(await store.windowOf(LIN)).toBeUndefined();
    }));
});

describe.each(LASTING)('the channel ledger on $name: after a restart', (backend) => {
  test('a welcome can still be said', () =>
    inWorld(backend, async (world) => {
      await world.store.keepWelcome(LIN, 'w1', world.clock.now() + 20_000);
      await world.reopen();
      expect(await world.store.takeWelcome(LIN)).toBe('w1');
    }));
});
