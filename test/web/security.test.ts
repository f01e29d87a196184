/** What an attacker tries on the chat and the secure pages, over the real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHILD_NUMBER } from '../secure/tiny-desk.ts';
import { openScriptedHouse, type ScriptedHouse } from './scripted-house.ts';

const HOST = 'http://localhost';
const SITE = 'https://ybj.example.cn';
const FOREVER = 'A'.repeat(43);
let house: ScriptedHouse;

beforeEach(async () => {
  house = await openScriptedHouse(undefined, { embedOrigins: [SITE] });
});
afterEach(async () => {
  await house.connector.stop();
  await house.server.close();
});

type Headers = Record<string, string>;
/** As a browser that keeps no cookies: sent round once, it comes back as it was. */
const get = async (path: string, headers: Headers = {}): Promise<Response> => {
  const answer = await house.server.app.request(`${HOST}${path}`, { headers });
  return answer.status === 307 ? get(`${path}${answer.headers.get('location')}`, headers) : answer;
};
const post = (path: string, body: unknown, headers: Headers = {}) =>
  house.server.app.request(`${HOST}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: HOST, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';
const words = () =>
  house.store.inbounds.flatMap(({ content }) => (content.kind === 'text' ? [content.text] : []));
const speakers = () => new Set(house.store.inbounds.map(({ address }) => address.user));
let serial = 0;
const message = (text = '你好') => {
  serial += 1;
  return { id: `message-${serial}`, text };
};

async function openTalk(): Promise<Headers> {
  return { Cookie: cookieOf(await post('/api/chat/open', {})) };
}

describe('a link', () => {
  it('opens nothing and does nothing a second time, from whatever browser', async () => {
    const token = await house.tiny.link('verify');
    const mine = { Cookie: cookieOf(await post(`/api/secure/${token}`, { person: 'zhang' })) };
    expect(
      (await post(`/api/secure/${token}`, { person: 'zhang', code: house.tiny.lastCode() }, mine)).status,
    ).toBe(200);
    const replay = await post(`/api/secure/${token}`, { person: 'li' });
    expect([replay.status, (await get(`/api/secure/${token}`)).status]).toEqual([409, 200]);
    expect(await (await get(`/api/secure/${token}`)).json()).not.toHaveProperty('options');
    expect(house.tiny.done).toHaveLength(1);
  });

  it('is used once when its button is pressed many times at once', async () => {
    const token = await house.tiny.link('relative');
    const form = {
      name: '张小宝',
      documentType: 'resident_id',
      documentNumber: CHILD_NUMBER,
      agreed: true,
      signature: '张伟',
    };
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(`/api/secure/${token}`, form)));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 409),
    ]);
    expect([house.tiny.done.length, house.tiny.pledges.length]).toEqual([1, 1]);
  });

  it('says nothing about itself in the page it opens, whose address is told to nobody', async () => {
    const token = await house.tiny.link('relative');
    const page = await get(`/s/${token}`);
    const text = await page.text();
    expect(text).not.toContain(token);
    expect(text).toMatch(/<title>安全页面/u);
    expect([page.headers.get('referrer-policy'), page.headers.get('cache-control')]).toEqual([
      'no-referrer',
      'no-store',
    ]);
    expect(await (await get(`/s/${FOREVER}`)).text()).toBe(text);
  });

  it('shows masked names only', async () => {
    const view = await (await get(`/api/secure/${await house.tiny.link('relative')}`)).text();
    expect(view).toContain('张*');
    expect(view).not.toMatch(/张伟|99\d{15}[\dX]/u);
  });
});

describe('guessing', () => {
  it('of links is answered sixty times a minute, and shuts out nobody behind the same address', async () => {
    const token = await house.tiny.link('verify');
    const statuses: number[] = [];
    for (let guess = 0; guess < 62; guess += 1) {
      const made = `${'x'.repeat(41)}${String(guess).padStart(2, '0')}`;
      statuses.push((await get(`/api/secure/${made}`)).status);
    }
    expect(statuses.filter((status) => status === 404)).toHaveLength(60);
    expect(statuses.slice(60)).toEqual([429, 429]);
    expect((await get(`/api/secure/${token}`)).status).toBe(200);
    house.tiny.clock.pass(60_000);
    expect((await get(`/api/secure/${FOREVER}`)).status).toBe(404);
  });

  it('of codes ends after five tries, however the challenge is named', async () => {
    const token = await house.tiny.link('verify');
    const begun = await post(`/api/secure/${token}`, { person: 'zhang' });
    const mine = { Cookie: cookieOf(begun) };
    const { challenge } = (await begun.json()) as { challenge: string };
    const right = house.tiny.lastCode();
    const wrong = right === '000000' ? '000001' : '000000';
    for (let guess = 0; guess < 5; guess += 1) {
      await post(`/api/secure/${token}`, { person: 'zhang', challenge, code: wrong }, mine);
    }
    const late = await post(`/api/secure/${token}`, { person: 'zhang', challenge, code: right }, mine);
    expect([late.status, house.tiny.done]).toEqual([422, []]);
  });

  it('of one link is slowed down after a minute of sixty requests', async () => {
    const token = await house.tiny.link('verify');
    for (let count = 0; count < 60; count += 1) await get(`/api/secure/${token}?again=1`);
    expect((await get(`/api/secure/${token}`)).status).toBe(429);
    expect((await get(`/api/secure/${await house.tiny.link('verify')}`)).status).toBe(200);
  });
});

describe('a session', () => {
  it('chosen by somebody else is replaced by one of ours', async () => {
    const planted = { Cookie: `gongji_talk=${FOREVER}` };
    const opened = await post('/api/chat/open', {}, planted);
    expect(cookieOf(opened)).toMatch(/^gongji_talk=[\w-]{43}$/u);
    expect(cookieOf(opened)).not.toContain(FOREVER);
    expect((await post('/api/chat/messages', message(), planted)).status).toBe(401);
    expect((await get('/api/chat/events', planted)).status).toBe(401);
    expect((await get('/api/chat/events', { Authorization: `Bearer ${FOREVER}` })).status).toBe(401);
  });

  it('that was left is worth nothing to whoever copied it, and its streams end', async () => {
    const mine = await openTalk();
    const stream = await get('/api/chat/events', mine);
    const ended = stream.text();
    const left = await post('/api/chat/leave', {}, mine);
    expect(left.headers.get('set-cookie')).toMatch(/^gongji_talk=; Max-Age=0/u);
    expect(typeof (await ended)).toBe('string');
    expect((await post('/api/chat/messages', message(), mine)).status).toBe(401);
    expect((await get('/api/chat/events', mine)).status).toBe(401);
    expect(cookieOf(await post('/api/chat/open', {}, mine))).not.toBe(mine.Cookie);
  });

  it('in a frame sets no cookie, and is told only to the page that began it', async () => {
    const opened = await post('/api/chat/open', { framed: true });
    expect(opened.headers.get('set-cookie')).toBeNull();
    const { session } = (await opened.json()) as { session: string };
    const named = { Authorization: `Bearer ${session}` };
    expect(await (await post('/api/chat/open', { framed: true }, named)).json()).not.toHaveProperty(
      'session',
    );
    expect((await post('/api/chat/messages', message('框里说的'), named)).status).toBe(202);
    expect([words(), speakers().size]).toEqual([['框里说的'], 1]);
  });

  it('named in a header goes before a cookie, so that two talks never mix', async () => {
    const mine = await openTalk();
    const answer = await post('/api/chat/messages', message(), { ...mine, Authorization: 'Bearer no' });
    expect(answer.status).toBe(401);
  });
});

describe('another site', () => {
  it.each([
    ['its own origin', { Origin: 'https://evil.example' }],
    ['no origin', { Origin: '' }],
    ['the origin of a sandbox', { Origin: 'null' }],
    ['an origin that begins like ours', { Origin: 'http://localhost.evil.example' }],
    ['a form of plain text', { 'Content-Type': 'text/plain' }],
    ['a form of fields', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a site that may frame us', { Origin: SITE }],
  ])('can post nothing: %s', async (_, headers) => {
    const mine = await openTalk();
    const token = await house.tiny.link('verify');
    for (const path of ['/api/chat/messages', '/api/chat/open', '/api/chat/leave', `/api/secure/${token}`]) {
      expect((await post(path, message(), { ...mine, ...headers })).status).toBe(403);
    }
    expect([words(), house.tiny.told]).toEqual([[], []]);
  });

  it('is allowed to read nothing', async () => {
    for (const path of ['/', '/embed', '/widget.js', '/api/chat/events', `/api/secure/${FOREVER}`]) {
      const answer = await get(path, { Origin: SITE });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('can frame the chat only where it is named, and the secure pages never', async () => {
    const policy = async (path: string) => (await get(path)).headers.get('content-security-policy') ?? '';
    expect(await policy('/embed')).toContain(`frame-ancestors ${SITE}`);
    expect((await get('/embed')).headers.get('x-frame-options')).toBeNull();
    for (const path of [
      '/',
      '/embed/',
      '/EMBED',
      `/s/${FOREVER}`,
      `/api/secure/${FOREVER}`,
      '/embed/../s/x',
    ]) {
      expect(await policy(path)).toContain("frame-ancestors 'none'");
      expect((await get(path)).headers.get('x-frame-options')).toBe('DENY');
    }
  });

  it('finds neither frame nor loader where nobody was named', async () => {
    const closed = await openScriptedHouse();
    for (const path of ['/embed', '/widget.js']) {
      const answer = await closed.server.app.request(`${HOST}${path}`);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
  });

  it('may load the loader, which is one script and names no host', async () => {
    const loader = await get('/widget.js');
    expect(loader.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(loader.headers.get('content-type')).toContain('text/javascript');
    expect(await loader.text()).not.toMatch(/https?:\/\/|innerHTML|eval\(/u);
    expect((await get('/')).headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});

describe('text of attackers', () => {
  const SCRIPTS = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    '"><svg/onload=alert(1)>',
    '{{constructor.constructor("alert(1)")()}}',
    '\u202e<b>反',
  ];

  it.each(SCRIPTS)('is kept as the words it is: %s', async (text) => {
    const mine = await openTalk();
    expect((await post('/api/chat/messages', message(text), mine)).status).toBe(202);
    const [kept = ''] = words();
    expect(kept).toBe(text.replace('\u202e', ''));
  });

  it.each(SCRIPTS)(
    'is no name, no number, no kind of document, no signature and no code: %s',
    async (text) => {
      const token = await house.tiny.link('relative');
      const form = {
        name: text,
        documentType: text,
        documentNumber: text,
        agreed: true,
        signature: `data:${text}`,
      };
      const answer = await post(`/api/secure/${token}`, form);
      expect(answer.status).toBe(422);
      // What was typed is never repeated by the server.
      expect(await answer.text()).not.toContain(text);
      expect(answer.headers.get('content-type')).toContain('application/json');
      const verify = await house.tiny.link('verify');
      expect(
        (await post(`/api/secure/${verify}`, { person: text, code: text, challenge: text })).status,
      ).toBe(422);
      expect(house.tiny.done).toEqual([]);
    },
  );

  it('does not become a prototype, a list or an object', async () => {
    const token = await house.tiny.link('relative');
    for (const body of [
      '{"__proto__":{"agreed":true},"name":["a"]}',
      '[]',
      'null',
      '{"name":{"a":1}}',
      '{',
    ]) {
      expect([400, 422]).toContain((await post(`/api/secure/${token}`, body)).status);
    }
    expect(Object.hasOwn(Object.prototype, 'agreed')).toBe(false);
  });
});

describe('odd requests', () => {
  it.each([
    '/s/../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/widget.js/../../package.json',
    '/assets/\u0000',
    '/chat/index.html',
    '//evil.example/',
    '/embed%00',
  ])('find no file and lead nowhere: %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('location')]).toEqual([404, null]);
  });

  it('with headers of a proxy change nothing when there is no proxy', async () => {
    const token = await house.tiny.link('verify');
    const tricks = {
      'X-Forwarded-Host': 'evil.example',
      'X-Original-URL': '/healthz',
      'X-HTTP-Method-Override': 'POST',
    };
    expect(await (await get(`/api/secure/${token}`, tricks)).json()).toMatchObject({ state: 'open' });
    for (let guess = 0; guess < 60; guess += 1) {
      await get(`/api/secure/${'y'.repeat(41)}${String(guess).padStart(2, '0')}`, {
        'X-Forwarded-For': `10.0.0.${guess}`,
      });
    }
    expect((await get(`/api/secure/${FOREVER}`, { 'X-Forwarded-For': '10.1.1.1' })).status).toBe(429);
  });

  it('with bodies that are too large are refused unread', async () => {
    const mine = await openTalk();
    const token = await house.tiny.link('relative');
    expect(
      (await post('/api/chat/messages', { id: 'message-big', text: '长'.repeat(9_000) }, mine)).status,
    ).toBe(413);
    expect((await post('/api/chat/open', 'x'.repeat(9_000), mine)).status).toBe(413);
    expect((await post(`/api/secure/${token}`, { signature: 'A'.repeat(400_000) })).status).toBe(413);
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, 'x']));
    expect((await post(`/api/secure/${token}`, many)).status).toBe(400);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('of other methods do nothing: %s', async (method) => {
    const token = await house.tiny.link('verify');
    for (const path of ['/', '/api/chat/messages', `/api/secure/${token}`]) {
      const answer = await house.server.app.request(`${HOST}${path}`, { method, headers: { Origin: HOST } });
      expect(answer.status).toBe(404);
    }
  });
});

describe('many people behind one address', () => {
  it('are not shut out by one of them who writes without end', async () => {
    const loud = await openTalk();
    const statuses: number[] = [];
    for (let count = 0; count < 1_000; count += 1) {
      statuses.push((await post('/api/chat/messages', message('吵'), loud)).status);
    }
    expect(statuses.filter((status) => status === 202)).toHaveLength(30);
    for (let person = 0; person < 200; person += 1) {
      const theirs = await openTalk();
      expect((await post('/api/chat/messages', message('村里人'), theirs)).status).toBe(202);
    }
  });

  it('are all greeted when they come at once; a flood of openings is slowed down', async () => {
    const village = await Promise.all(Array.from({ length: 250 }, () => openTalk()));
    expect(village.every(({ Cookie }) => Cookie?.startsWith('gongji_talk='))).toBe(true);
    const statuses: number[] = [];
    for (let count = 0; count < 60; count += 1) statuses.push((await post('/api/chat/open', {})).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    expect((await post('/api/chat/messages', message(), village[0])).status).toBe(202);
  });

  it('of one session cannot open the talk without end', async () => {
    const mine = await openTalk();
    const statuses: number[] = [];
    for (let count = 0; count < 62; count += 1)
      statuses.push((await post('/api/chat/open', {}, mine)).status);
    expect(statuses.slice(60)).toEqual([429, 429]);
  });
});
