import { describe, expect, it } from 'vitest';
import type { Connector, Delivery } from '../../src/contracts/connector.ts';
import type { OutboxItem } from '../../src/contracts/store.ts';
import { createOutbox } from '../../src/dialog/outbox.ts';
import type { Outbound } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { AppError } from '../../src/errors.ts';

const TALK = 'c_1' as ConversationId;
const SENT: Delivery = { state: 'sent' };
const WAIT: Delivery = { state: 'wait_for_citizen' };

function itemsOf(texts: readonly string[]): readonly OutboxItem[] {
  return texts.map((text) => ({
    attempts: 0,
    outbound: {
      key: text,
      conversation: TALK,
      address: { channel: 'wechat-oa', account: 'a', user: 'u' },
      part: { id: 'test.said', params: {}, text },
    },
  }));
}

/** Runs the worker once over parts with these keys and tells what was noted about each. */
async function run(texts: readonly string[], connector: Partial<Connector>): Promise<readonly string[]> {
  const noted: string[] = [];
  const worker = createOutbox({
    store: {
      duePartsOf: async () => itemsOf(texts),
      markSent: async (...keys) => void noted.push(...keys.map((key) => `${key} sent`)),
      markFailed: async (key, _, dueAt) =>
        void noted.push(`${key} ${dueAt === undefined ? 'dead' : 'later'}`),
      park: async (key) => void noted.push(`${key} parked`),
      history: async () => [],
    },
    connectors: new Map([['wechat-oa', connector as Connector]]),
    clock: { now: () => 0 },
  });
  await worker.deliverTo(TALK);
  return noted;
}

const handing = (answer: (keys: readonly string[]) => readonly Delivery[]) => {
  const handed: string[][] = [];
  return {
    handed,
    deliverAll: async (outbounds: readonly Outbound[]) => {
      const keys = outbounds.map(({ key }) => key);
      handed.push(keys);
      return answer(keys);
    },
  };
};

describe('a channel that takes all due parts at once', () => {
  it('is handed them in order, and those it did not reach once more', async () => {
    const channel = handing((keys) => keys.slice(0, 2).map(() => SENT));
    expect(await run(['a', 'b', 'c'], channel)).toEqual(['a sent', 'b sent', 'c sent']);
    expect(channel.handed).toEqual([['a', 'b', 'c'], ['c']]);
  });

  it('keeps the order when it must wait: nothing behind is tried', async () => {
    const channel = handing((keys) => keys.map((key) => (key === 'a' ? SENT : WAIT)));
    expect(await run(['a', 'b', 'c'], channel)).toEqual(['a sent', 'b parked', 'c parked']);
    expect(channel.handed).toHaveLength(1);
  });

  it('passes over a part that is refused for good', async () => {
    const channel = handing((keys) => {
      if (keys[0] === 'a') throw new AppError('channel_refused', 'no');
      return keys.map(() => SENT);
    });
    expect(await run(['a', 'b'], channel)).toEqual(['a dead', 'b sent']);
  });

  it('is tried again later when the world failed, the first part holding back the rest', async () => {
    const channel = handing(() => {
      throw new AppError('channel_unavailable', 'later');
    });
    expect(await run(['a', 'b'], channel)).toEqual(['a later']);
  });
});

describe('a channel that takes one part after the other', () => {
  it('stops at the first that must wait', async () => {
    const said: string[] = [];
    const deliver = async ({ key }: Outbound) => {
      said.push(key);
      return key === 'b' ? WAIT : SENT;
    };
    expect(await run(['a', 'b', 'c'], { deliver })).toEqual(['a sent', 'b parked']);
    expect(said).toEqual(['a', 'b']);
  });
});
