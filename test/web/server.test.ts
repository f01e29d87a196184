import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer } from '../../src/web/server.ts';
import { createTinyDesk } from '../secure/tiny-desk.ts';
import { openScriptedHouse, PAGES_DIR, type ScriptedHouse } from './scripted-house.ts';

const HOST = 'http://localhost';
let house: ScriptedHouse;

beforeEach(async () => {
  house = await openScriptedHouse();
});
afterEach(async () => {
  await house.connector.stop();
  await house.server.close();
});

/** As a browser that keeps no cookies: sent round once, it comes back as it was. */
const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => {
  const answer = await house.server.app.request(`${HOST}${path}`, { headers });
  return answer.status === 307 ? get(`${path}${answer.headers.get('location')}`, headers) : answer;
};
const postSecure = (token: string, body: unknown, headers: Record<string, string> = {}) =>
  house.server.app.request(`${HOST}/api/secure/${token}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: HOST, ...headers },
    body: JSON.stringify(body),
  });

describe('every answer', () => {
  it.each(['/', '/s/abc', '/healthz', '/api/secure/abc', '/nothing-here'])(
    'of %s forbids inline scripts, frames and referrers',
    async (path) => {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it('sets no cookie before the talk begins', async () => {
    for (const path of ['/', '/s/abc', '/healthz'])
      expect((await get(path)).headers.get('set-cookie')).toBeNull();
  });
});

describe('the pages', () => {
  it('hold no inline script or style and name no foreign host', async () => {
    for (const path of ['/', '/s/abc']) {
      const html = await (await get(path)).text();
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/u);
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/u);
      expect(html).not.toMatch(/https?:\/\//u);
    }
  });

  it('load less than 15 kB of script for the chat, compressed', async () => {
    const html = await (await get('/')).text();
    const names = [...html.matchAll(/"(\/assets\/[^"]+\.js)"/gu)].map((match) => match[1] ?? '');
    let bytes = 0;
    for (const name of names) {
      const answer = await get(name, { 'Accept-Encoding': 'gzip' });
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(answer.headers.get('cache-control')).toContain('immutable');
      bytes += (await answer.arrayBuffer()).byteLength;
    }
    expect(names.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(15 * 1024);
  });

  it('are not sent again while they are unchanged, except the secure one, which nobody keeps', async () => {
    const etag = (await get('/')).headers.get('etag') ?? '';
    expect((await get('/', { 'If-None-Match': etag })).status).toBe(304);
    const secure = await get('/s/abc', { 'If-None-Match': (await get('/s/abc')).headers.get('etag') ?? '' });
    expect([secure.status, secure.headers.get('cache-control')]).toEqual([200, 'no-store']);
  });

  it.each([
    '/assets/../../package.json',
    '/assets/%2e%2e%2f.built-from',
    '/.built-from',
    '/chat/',
    '/assets/x.js',
  ])('serve no other file: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('are missed with a way out when nobody built them', () => {
    const { desk, clock } = createTinyDesk();
    expect(() => createServer({ connectors: [], secure: desk, clock, pagesDir: '/nowhere' })).toThrow(
      /npm run pages/u,
    );
  });
});

describe('the secure pages over HTTP', () => {
  it('answer with the state of the link, stored by nobody', async () => {
    const token = await house.tiny.link('verify');
    const answer = await get(`/api/secure/${token}`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toMatchObject({ state: 'open', purpose: 'verify' });
    const mine = { Cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
    const steps = [
      await postSecure(token, { person: '' }, mine),
      await postSecure(token, { person: 'zhang' }, mine),
      await postSecure(token, { person: 'zhang', code: house.tiny.lastCode() }, mine),
      await postSecure(token, { person: 'zhang' }, mine),
      await postSecure('x'.repeat(43), { person: 'zhang' }),
    ];
    expect(steps.map(({ status }) => status)).toEqual([422, 200, 200, 409, 404]);
    house.tiny.clock.pass(1);
    const late = await house.tiny.link('verify');
    house.tiny.clock.pass(31 * 60_000);
    expect((await postSecure(late, { person: 'zhang' })).status).toBe(410);
  });

  it('take nothing from other sites, and nothing that is no form', async () => {
    const token = await house.tiny.link('verify');
    const fields = { person: 'zhang' };
    expect((await postSecure(token, fields, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await postSecure(token, fields, { 'Content-Type': 'text/plain' })).status).toBe(403);
    expect((await postSecure(token, [1])).status).toBe(400);
    expect((await postSecure(token, { person: { $ne: '' } })).status).toBe(400);
    expect((await postSecure(token, { signature: 'A'.repeat(400_000) })).status).toBe(413);
    expect(house.tiny.told).toEqual([]);
  });
});

describe('the server', () => {
  it('listens on a free port, says where, and lets go of open streams when it closes', async () => {
    const { url } = await house.server.listen(0, '127.0.0.1');
    const opened = await fetch(`${url}/api/chat/open`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: url },
      body: '{}',
    });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const stream = await fetch(`${url}/api/chat/events`, { headers: { Cookie: cookie } });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    await house.connector.stop();
    await house.server.close();
    expect(typeof (await ended)).toBe('string');
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('says which port is taken', async () => {
    const { url } = await house.server.listen(0, '127.0.0.1');
    const port = Number(new URL(url).port);
    const { desk, clock } = house.tiny;
    const other = createServer({
      connectors: [],
      secure: desk,
      clock,
      pagesDir: PAGES_DIR,
    });
    await expect(other.listen(port, '127.0.0.1')).rejects.toThrow(/choose another port/u);
  });

  it('reports its health, and a failing part of it as 503', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ ok: true });
    const { desk, clock } = house.tiny;
    const health = async () => Promise.reject(new Error('the disk is full'));
    const ill = createServer({ connectors: [], secure: desk, clock, pagesDir: PAGES_DIR, health });
    expect((await ill.app.request(`${HOST}/healthz`)).status).toBe(503);
  });

  it('answers a failure with a code and tells the log the route, never the secret', async () => {
    const failures: object[] = [];
    const broken = {
      open: async () => Promise.reject(new Error('private details')),
      submit: async () => Promise.reject(new Error('private details')),
      about: async () => undefined,
    };
    const { clock } = house.tiny;
    const server = createServer({
      connectors: [],
      secure: broken,
      clock,
      pagesDir: PAGES_DIR,
      onFailure: (failure) => failures.push(failure),
    });
    const answer = await server.app.request(`${HOST}/api/secure/secret-token`);
    expect([answer.status, await answer.text()]).toEqual([500, '{"error":"failed"}']);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(failures).toEqual([{ route: '/api/secure/:token', code: 'internal' }]);
  });
});
