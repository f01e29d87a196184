import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHub } from '../../src/connectors/web/hub.ts';
import { createWebConnector } from '../../src/connectors/web/index.ts';
import { parseMessage } from '../../src/connectors/web/parse.ts';
import { createLimiter } from '../../src/connectors/web/rate-limit.ts';
import { CHILD_NUMBER, countingRandom, START } from '../secure/tiny-desk.ts';
import { type Bench, connectorContract } from './contract.ts';
import { createTinyStore } from './tiny-store.ts';

const HOST = 'http://localhost';

interface WebBench extends Bench {
  readonly clock: { now(): number; pass(ms: number): void };
  readonly cookie: () => string;
  readonly store: ReturnType<typeof createTinyStore>;
  readonly connector: ReturnType<typeof createWebConnector>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  events(headers?: Record<string, string>): Promise<Response>;
}

async function webBench(options: { publicUrl?: string } = {}): Promise<WebBench> {
  let now = START;
  let cookie = '';
  let count = 0;
  const clock = { now: () => now, pass: (ms: number) => (now += ms) };
  const store = createTinyStore();
  const connector = createWebConnector({ store, clock, random: countingRandom(), ...options });
  const { routes } = connector.http;

  async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await routes.request(`${HOST}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: HOST, Cookie: cookie, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const given = answer.headers.get('set-cookie');
    if (given !== null) cookie = given.split(';')[0] ?? '';
    return answer;
  }

  const bench: WebBench = {
    connector,
    clock,
    store,
    post,
    cookie: () => cookie,
    async open() {
      await connector.start(store.receive);
      await post('/open', {});
    },
    async write(text) {
      count += 1;
      await post('/messages', { id: `message-${count}`, text });
    },
    inbounds: () => store.inbounds,
    commit: (part) => {
      const address = store.inbounds[0]?.address;
      if (address !== undefined) store.say(address, part);
    },
    events: async (headers = {}) =>
      routes.request(`${HOST}/events`, { headers: { Cookie: cookie, ...headers } }),
    async shown() {
      return readUntilQuiet(await bench.events());
    },
  };
  return bench;
}

/** Everything a stream says until it has to wait. */
async function readUntilQuiet(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return '';
  let text = '';
  for (;;) {
    const chunk = await Promise.race([reader.read(), quiet()]);
    if (chunk === undefined || chunk.done) break;
    text += new TextDecoder().decode(chunk.value);
  }
  await reader.cancel();
  return text;
}

// The stores of these tests answer at once, so a few rounds of the loop are ample.
async function quiet(): Promise<undefined> {
  for (let rounds = 0; rounds < 20; rounds += 1) await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}

connectorContract('the web chat', webBench);

describe('a session of the web chat', () => {
  it('begins with a cookie that scripts cannot read and other sites cannot send', async () => {
    const bench = await webBench();
    await bench.connector.start(bench.store.receive);
    const cookie = (await bench.post('/open', {})).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^gongji_talk=[\w-]{43};.*HttpOnly; SameSite=Strict$/u);
    expect((await bench.post('/open', {})).headers.get('set-cookie')).toBeNull();
  });

  it('is marked Secure and bound to the host where citizens use HTTPS', async () => {
    const bench = await webBench({ publicUrl: 'https://gongji.example' });
    await bench.connector.start(bench.store.receive);
    const answer = await bench.post('/open', {}, { Origin: 'https://gongji.example' });
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-gongji_talk=.*; Secure/u);
  });

  it('is known to the house by its digest only', async () => {
    const bench = await webBench();
    await bench.open();
    const secret = bench.cookie().split('=')[1] ?? '-';
    expect(JSON.stringify(bench.inbounds())).not.toContain(secret);
    expect(bench.inbounds()[0]?.address.user).toMatch(/^[0-9a-f]{64}$/u);
  });

  it('is needed to listen, and a made-up one is none', async () => {
    const bench = await webBench();
    await bench.connector.start(bench.store.receive);
    expect((await bench.events()).status).toBe(401);
    expect((await bench.events({ Cookie: 'gongji_talk=1' })).status).toBe(401);
  });
});

describe('posting to the web chat', () => {
  it('answers 202 when a message is written down and 200 to its redelivery', async () => {
    const bench = await webBench();
    await bench.open();
    const message = { id: 'message-1', text: '绑了没显示' };
    expect((await bench.post('/messages', message)).status).toBe(202);
    const again = await bench.post('/messages', message);
    expect([again.status, await again.json()]).toEqual([200, { state: 'duplicate' }]);
    expect(bench.inbounds()).toHaveLength(2);
  });

  it('greets a talk once, however often its page is opened', async () => {
    const bench = await webBench();
    await bench.open();
    await bench.post('/open', {});
    expect(bench.inbounds()).toHaveLength(1);
  });

  it('lets two people use the same message id', async () => {
    const bench = await webBench();
    await bench.open();
    await bench.post('/messages', { id: 'message-1', text: '甲' });
    await bench.post('/open', {}, { Cookie: '' });
    await bench.post('/messages', { id: 'message-1', text: '乙' });
    expect(
      bench.inbounds().flatMap(({ content }) => (content.kind === 'text' ? [content.text] : [])),
    ).toEqual(['甲', '乙']);
  });

  it.each([
    ['another site', { Origin: 'https://evil.example' }],
    ['a page without origin', { Origin: 'null' }],
    ['a form', { 'Content-Type': 'text/plain' }],
  ])('is refused to %s', async (_, headers) => {
    const bench = await webBench();
    await bench.open();
    expect((await bench.post('/messages', { id: 'message-1', text: '你好' }, headers)).status).toBe(403);
    expect(bench.inbounds()).toHaveLength(1);
  });

  it('refuses what is no message, is empty or is too long', async () => {
    const bench = await webBench();
    await bench.open();
    const statuses = [];
    for (const body of [
      '{"id":',
      { id: 'message-1' },
      { id: '1', text: '你好' },
      { id: 'message-1', text: '你好', choose: 'x' },
      { id: 'message-1', text: ' \u202e ' },
      { id: 'message-1', text: '长'.repeat(501) },
      { id: 'message-1', text: '长'.repeat(9_000) },
    ]) {
      statuses.push((await bench.post('/messages', body)).status);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 400, 413, 413]);
    expect(bench.inbounds()).toHaveLength(1);
  });

  it('slows down who writes faster than people type, and lets them go on a little later', async () => {
    const bench = await webBench();
    await bench.open();
    for (let count = 0; count < 30; count += 1) await bench.write('快');
    const refused = await bench.post('/messages', { id: 'message-x', text: '更快' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    bench.clock.pass(10_000);
    expect((await bench.post('/messages', { id: 'message-x', text: '更快' })).status).toBe(202);
  });

  it('does not lock out a village of two hundred behind one address', async () => {
    const bench = await webBench();
    await bench.open();
    for (let person = 0; person < 200; person += 1) {
      const opened = await bench.post('/open', {}, { Cookie: '' });
      expect(opened.status).toBe(202);
      expect((await bench.post('/messages', { id: 'message-1', text: '你好' })).status).toBe(202);
    }
  });

  it('says that it is not ready before the house is, and after it has closed', async () => {
    const bench = await webBench();
    expect((await bench.post('/open', {})).status).toBe(503);
    await bench.open();
    await bench.connector.stop();
    expect((await bench.post('/messages', { id: 'message-1', text: '你好' })).status).toBe(503);
  });
});

describe('listening to the web chat', () => {
  it('tells both sides of the talk with their positions, and resumes after the last one seen', async () => {
    const bench = await webBench();
    await bench.open();
    await bench.write('你好');
    bench.commit({
      id: 'greet',
      params: { secret: 1 },
      text: '您好',
      choices: [{ value: 'a', label: '甲' }],
    });
    const all = await readUntilQuiet(await bench.events());
    expect(all).toMatch(/id: 2\n/u);
    expect(all).toContain('"who":"citizen"');
    expect(all).toContain('"choices":[{"value":"a","label":"甲"}]');
    expect(all).not.toContain('secret');
    const rest = await readUntilQuiet(await bench.events({ 'Last-Event-ID': '2' }));
    expect(rest).toContain('您好');
    expect(rest).not.toContain('你好');
  });

  it('is woken by a delivery', async () => {
    const bench = await webBench();
    await bench.open();
    const reader = (await bench.events()).body?.getReader();
    const reading = reader?.read();
    const address = bench.inbounds()[0]?.address;
    if (address === undefined) throw new Error('nothing was opened');
    const part = { id: 'news', params: {}, text: '审核通过' };
    await quiet();
    bench.commit(part);
    await bench.connector.deliver({ key: 'k', conversation: 'c' as never, address, part });
    expect(new TextDecoder().decode((await reading)?.value)).toContain('审核通过');
    await reader?.cancel();
  });

  it('is told to proxies as not to be held back, and to caches as not to be kept', async () => {
    const bench = await webBench();
    await bench.open();
    const { headers, body } = await bench.events();
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toContain('text/event-stream');
    await body?.cancel();
  });

  it('is bounded for one session, and frees the place of a stream that ends', async () => {
    const bench = await webBench();
    await bench.open();
    const open = [];
    for (let count = 0; count < 4; count += 1) open.push(await bench.events());
    expect((await bench.events()).status).toBe(429);
    await open[0]?.body?.cancel();
    await quiet();
    expect(bench.connector.openStreams()).toBe(3);
    const next = await bench.events();
    expect(next.status).toBe(200);
    for (const { body } of [...open.slice(1), next]) await body?.cancel();
  });

  it('ends when the house closes', async () => {
    const bench = await webBench();
    await bench.open();
    const reader = (await bench.events()).body?.getReader();
    await quiet();
    await bench.connector.stop();
    let last = await reader?.read();
    while (last?.done === false) last = await reader?.read();
    expect(last?.done).toBe(true);
    expect(bench.connector.openStreams()).toBe(0);
  });
});

describe('a stay in the hub', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rests until it is woken, until its time is over, or until it ends', async () => {
    vi.useFakeTimers();
    const hub = createHub();
    const stay = hub.join('u');
    const woken = stay?.rest(15_000);
    hub.wake('u');
    expect(await woken).toBe('woken');
    const idle = stay?.rest(15_000);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await idle).toBe('idle');
    const closed = stay?.rest(15_000);
    hub.close();
    expect(await closed).toBe('closed');
  });

  it('does not rest when something was said while it was busy', async () => {
    const hub = createHub();
    const stay = hub.join('u');
    hub.wake('u');
    expect(await stay?.rest(15_000)).toBe('woken');
    stay?.leave();
    expect(hub.count()).toBe(0);
  });
});

describe('reading a post', () => {
  it('hides numbers, keeps line breaks and drops characters nobody sees', () => {
    expect(parseMessage({ id: 'message-1', text: ` 孩子\r\n${CHILD_NUMBER}\u202e\u0007 ` })).toEqual({
      ok: true,
      id: 'message-1',
      content: { kind: 'text', text: '孩子\n[证件号已隐藏]', masked: ['id_number'] },
    });
  });

  it('counts characters as people do', () => {
    expect(parseMessage({ id: 'message-1', text: '𠮷'.repeat(500) }).ok).toBe(true);
  });
});

describe('a limiter', () => {
  it('gives back what time has passed for, and never more than a minute of it', () => {
    let now = 0;
    const limiter = createLimiter({ perMinute: 2, clock: { now: () => now } });
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    now = 30_000;
    expect([limiter.has('a'), limiter.take('a'), limiter.take('a')]).toEqual([true, true, false]);
    now = 3_600_000;
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([true, true, false]);
  });
});
