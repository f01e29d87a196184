/** Sessions and links between browsers: restart, planted secrets, links that were sent on. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createWebConnector } from '../../src/connectors/web/index.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { digestOf } from '../../src/domain/secure-token.ts';
import { countingRandom } from '../secure/tiny-desk.ts';
import { openScriptedHouse, type ScriptedHouse } from './scripted-house.ts';

const HOST = 'http://localhost';
let house: ScriptedHouse;
beforeEach(async () => {
  house = await openScriptedHouse();
});

type App = { request(path: string, init?: RequestInit): Response | Promise<Response> };

/** A browser: keeps cookies, by path. */
function browser(app: App, cookies = new Map<string, string>()) {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const fitting = [...cookies].filter(([key]) => path.startsWith(key.split(' ')[0] ?? ''));
    const headers = { ...(init.headers as object), Cookie: fitting.map(([, value]) => value).join('; ') };
    const answer = await app.request(`${HOST}${path}`, { ...init, headers });
    for (const given of answer.headers.getSetCookie()) {
      const [pair = ''] = given.split(';');
      const where = /Path=([^;]+)/u.exec(given)?.[1] ?? '/';
      cookies.set(`${where} ${pair.split('=')[0]}`, pair);
    }
    if (answer.status === 307) return ask(`${path}${answer.headers.get('location')}`, init);
    return answer;
  };
  return {
    get: (path: string, headers = {}) => ask(path, { headers }),
    post: (path: string, body: object, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: HOST, ...headers },
        body: JSON.stringify(body),
      }),
    /** The same browser, as somebody copied it now. */
    copy: () => browser(app, new Map(cookies)),
    talk: () => cookies.get('/ gongji_talk') ?? '',
  };
}

let count = 0;
const said = () => {
  count += 1;
  return { id: `message-${count}`, text: '你好' };
};

describe('a talk that was left', () => {
  it('stays left after a restart, and in every other process', async () => {
    const mine = browser(house.server.app);
    await mine.post('/api/chat/open', {});
    const copied = mine.copy();
    await mine.post('/api/chat/leave', {});

    const other = createWebConnector({
      store: house.store,
      clock: house.tiny.clock,
      random: countingRandom(),
    });
    await other.start(house.store.receive);
    const headers = { 'Content-Type': 'application/json', Origin: HOST, Cookie: copied.talk() };
    const answer = await other.http.routes.request(`${HOST}/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify(said()),
    });
    expect(answer.status).toBe(401);
    expect((await other.http.routes.request(`${HOST}/events`, { headers })).status).toBe(401);
  });
});

describe('whoever has verified', () => {
  /** The talk of this browser, and a link in it. */
  async function verify(who: ReturnType<typeof browser>, session?: string): Promise<Response> {
    const user = digestOf(session ?? who.talk().split('=')[1] ?? '');
    const token = await house.tiny.link('verify', `web/page/${user}` as ConversationId);
    await who.get(`/api/secure/${token}`);
    await who.post(`/api/secure/${token}`, { person: 'zhang' });
    return who.post(`/api/secure/${token}`, { person: 'zhang', code: house.tiny.lastCode() });
  }

  it('gets a fresh secret with the answer, and goes on in the same talk', async () => {
    const mine = browser(house.server.app);
    await mine.post('/api/chat/open', {});
    const planted = mine.copy();
    await mine.post('/api/chat/messages', said());
    expect((await verify(mine)).status).toBe(200);

    expect(mine.talk()).not.toBe(planted.talk());
    expect((await mine.post('/api/chat/messages', said())).status).toBe(202);
    expect(new Set(house.store.inbounds.map(({ address }) => address.user)).size).toBe(1);
    for (const ask of [planted.post('/api/chat/messages', said()), planted.get('/api/chat/events')]) {
      expect((await ask).status).toBe(401);
    }
  });

  it('shuts the streams that were open under the secret of before', async () => {
    const mine = browser(house.server.app);
    await mine.post('/api/chat/open', {});
    const ended = (await mine.copy().get('/api/chat/events')).text();
    await verify(mine);
    expect(typeof (await ended)).toBe('string');
  });

  it('in a frame gets it with the next opening, told to the page', async () => {
    const frame = browser(house.server.app);
    const opened = await frame.post('/api/chat/open', { framed: true });
    const { session } = (await opened.json()) as { session: string };
    const before = { Authorization: `Bearer ${session}` };
    await verify(browser(house.server.app), session);

    const again = await frame.post('/api/chat/open', { framed: true }, before);
    const fresh = (await again.json()) as { session: string };
    expect(again.headers.get('set-cookie')).toBeNull();
    const after = { Authorization: `Bearer ${fresh.session}` };
    expect((await frame.post('/api/chat/messages', said(), after)).status).toBe(202);
    expect((await frame.post('/api/chat/messages', said(), before)).status).toBe(401);
    expect(new Set(house.store.inbounds.map(({ address }) => address.user)).size).toBe(1);
  });
});

describe.each(['verify', 'relative', 'order', 'premium', 'invitation'] as const)(
  'a link for %s',
  (purpose) => {
    it('that was sent on shows a sentence, and nothing else', async () => {
      const path = `/api/secure/${await house.tiny.link(purpose)}`;
      const mine = browser(house.server.app);
      // A first answer that is lost on the way has claimed nothing, whoever it was for.
      const lost = await house.server.app.request(path);
      expect(lost.headers.get('set-cookie')).toContain(`Path=${path}; HttpOnly; SameSite=Strict`);
      expect(await (await mine.get(path)).json()).toMatchObject({ state: 'open' });
      // Nor does the second one, when it is lost, leave anybody outside.
      expect(await (await mine.get(path)).json()).toMatchObject({ state: 'open' });

      const other = browser(house.server.app);
      const view = (await (await other.get(path)).json()) as { words: object };
      expect(Object.keys(view).toSorted()).toEqual(['state', 'words']);
      expect(view).toMatchObject({ state: 'taken' });
      const refused = await other.post(path, { person: 'zhang', answer: 'yes', agreed: true });
      expect([refused.status, refused.headers.get('set-cookie')]).toEqual([403, null]);
      expect(await refused.json()).toMatchObject({ errors: [{ reply: 'secure.error.link_taken' }] });
      expect(house.tiny.told).toEqual([]);

      expect(await (await mine.get(path)).json()).toMatchObject({ state: 'open' });
    });
  },
);

describe('a link of a talk on our page', () => {
  const open = async (who: ReturnType<typeof browser>, path: string) =>
    (await (await who.get(path)).json()) as { state: string };

  it('opens in the browser of that talk only, even when it was sent on unopened', async () => {
    const mine = browser(house.server.app);
    await mine.post('/api/chat/open', {});
    const user = digestOf(mine.talk().split('=')[1] ?? '');
    const path = `/api/secure/${await house.tiny.link('verify', `web/page/${user}` as ConversationId)}`;

    const stranger = browser(house.server.app);
    await stranger.post('/api/chat/open', {});
    expect(await open(stranger, path)).toMatchObject({ state: 'taken' });
    expect((await stranger.post(path, { person: 'zhang' })).status).toBe(403);
    expect(house.tiny.told).toEqual([]);
    expect(await open(mine, path)).toMatchObject({ state: 'open' });
  });

  it('opens there again when its first answer was lost on the way', async () => {
    const mine = browser(house.server.app);
    await mine.post('/api/chat/open', {});
    const user = digestOf(mine.talk().split('=')[1] ?? '');
    const path = `/api/secure/${await house.tiny.link('verify', `web/page/${user}` as ConversationId)}`;

    const lost = await house.server.app.request(path, { headers: { cookie: mine.talk() } });
    expect(await lost.json()).toMatchObject({ state: 'open' });
    expect(lost.headers.get('set-cookie')).toBeNull();
    expect(await open(mine, path)).toMatchObject({ state: 'open' });
  });

  it('of a talk in a frame opens beside it, where nothing tells the talk', async () => {
    const mine = browser(house.server.app);
    const told = (await (await mine.post('/api/chat/open', { framed: true })).json()) as { session: string };
    const user = digestOf(told.session);
    const path = `/api/secure/${await house.tiny.link('verify', `web/page/${user}` as ConversationId)}`;
    expect(await open(mine, path)).toMatchObject({ state: 'open' });
  });
});
