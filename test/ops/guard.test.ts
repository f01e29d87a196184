/** The front door's own limits: told once, kindly, and nobody else is held up. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Inbound } from '../../src/domain/conversation.ts';
import { guardReceive } from '../../src/guard.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';
import { createMetrics } from '../../src/metrics.ts';
import { BACKENDS } from '../store/backends.ts';
import { openWorld, START } from '../store/world.ts';

let now = START;
let stored: Inbound[];
let waiting: number;
const clock = { now: () => now };
const metrics = createMetrics();

beforeEach(() => {
  now = START;
  stored = [];
  waiting = 0;
});

/** Three a minute, and no more than ten waiting. */
const receive = () =>
  guardReceive(
    async (inbound) => {
      if (stored.some(({ messageId }) => messageId === inbound.messageId)) return 'duplicate';
      stored.push(inbound);
      return 'stored';
    },
    { clock, meter: metrics, waiting: () => waiting, perMinute: 3, mostWaiting: 10 },
  );

const message = (user: string, n: number): Inbound => ({
  address: { channel: 'wechat-oa', account: 'wx', user },
  messageId: `${user}-${n}`,
  receivedAt: new Date(now).toISOString(),
  content: { kind: 'text', text: `第${n}条`, masked: [] },
});
const whats = () =>
  stored.map(({ content }) => (content.kind === 'unsupported' ? content.what : content.kind));

describe('messages a minute', () => {
  test('whoever writes too fast is told so once; the rest of the rush is left unread', async () => {
    const door = receive();
    const outcomes = [];
    for (let n = 1; n <= 6; n += 1) outcomes.push(await door(message('a', n)));
    expect(outcomes).toEqual(['stored', 'stored', 'stored', 'stored', 'duplicate', 'duplicate']);
    expect(whats()).toEqual(['text', 'text', 'text', 'too_fast']);
  });

  test('a minute later the same person is heard again, and may be told again', async () => {
    const door = receive();
    for (let n = 1; n <= 5; n += 1) await door(message('a', n));
    now += 60_000;
    for (let n = 6; n <= 9; n += 1) await door(message('a', n));
    expect(whats()).toEqual(['text', 'text', 'text', 'too_fast', 'text', 'text', 'text', 'too_fast']);
  });

  test('nobody else notices', async () => {
    const door = receive();
    for (let n = 1; n <= 6; n += 1) await door(message('a', n));
    expect(await door(message('b', 1))).toBe('stored');
    expect(stored.at(-1)?.content.kind).toBe('text');
  });

  test('what the platform delivers again costs the citizen nothing', async () => {
    const door = receive();
    for (let again = 0; again < 10; again += 1) await door(message('a', 1));
    await door(message('a', 2));
    await door(message('a', 3));
    expect(whats()).toEqual(['text', 'text', 'text']);
  });

  test('opening the page is not writing', async () => {
    const door = receive();
    for (let n = 1; n <= 6; n += 1) await door({ ...message('a', n), content: { kind: 'opened' } });
    expect(whats()).toEqual(Array(6).fill('opened'));
  });

  test('there are words for it', () => {
    const reply = loadKnowledge(KNOWLEDGE_DIR).replies.get('channel.unsupported.too_fast');
    expect(reply?.text).toContain('一分钟');
  });
});

describe('the queue', () => {
  test('when too much waits, the channel is asked to come again, and nothing is taken', async () => {
    const door = receive();
    waiting = 10;
    await expect(door(message('a', 1))).rejects.toMatchObject({ code: 'store_busy', retry: 'later' });
    expect(stored).toEqual([]);
    waiting = 9;
    expect(await door(message('a', 1))).toBe('stored');
  });
});

describe('several processes', () => {
  const world = async () => {
    const [place] = BACKENDS;
    if (place === undefined) throw new Error('There is no database at all');
    return openWorld(place);
  };

  test('count one person together: who writes a little on each is told once, and then left unread on all', async () => {
    const { store, end } = await world();
    const door = () =>
      guardReceive((inbound) => store.receive(inbound), {
        clock,
        waiting: () => 0,
        recent: store.recentOf,
        perMinute: 20,
      });
    const doors = [door(), door(), door(), door()];
    const outcomes: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      now += 100;
      outcomes.push((await doors[n % doors.length]?.(message('a', n))) ?? '');
    }
    // Twenty messages and the one line; the rest is left unread, whichever process it comes to.
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(21);
    expect(outcomes.slice(21).every((outcome) => outcome === 'duplicate')).toBe(true);
    expect(await doors[0]?.(message('b', 1))).toBe('stored');
    now += 60_000;
    expect(await doors[1]?.(message('a', 41))).toBe('stored');
    await end();
  });

  test('nobody asks about somebody who writes little', async () => {
    let asked = 0;
    const door = guardReceive(async () => 'stored', {
      clock,
      waiting: () => 0,
      recent: async () => {
        asked += 1;
        return { written: 0, isTold: false };
      },
    });
    for (let n = 0; n < 3; n += 1) await door(message('a', n));
    expect(asked).toBe(0);
    await door(message('a', 4));
    expect(asked).toBe(1);
  });
});
