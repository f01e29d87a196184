/** Limits at the doors of the web, crossed: one more than may be is refused by name, and nobody else notices. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHub } from '../../src/connectors/web/hub.ts';
import { LIMITS } from '../../src/limits.ts';
import { openScriptedHouse, type ScriptedHouse } from '../web/scripted-house.ts';

const HOST = 'http://localhost';
const limitOf = (what: string): number => {
  const found = LIMITS.flatMap(({ limits }) => limits).find((limit) => limit.what === what);
  if (found === undefined) throw new Error(`There is no limit ${what}`);
  return found.value;
};

let house: ScriptedHouse;
beforeEach(async () => {
  house = await openScriptedHouse();
});
afterEach(async () => {
  await house.connector.stop();
  await house.server.close();
});

const post = async (path: string, body: object, cookie = '') =>
  house.server.app.request(`${HOST}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: HOST, Cookie: cookie },
    body: JSON.stringify(body),
  });
async function session(): Promise<string> {
  const opened = await post('/api/chat/open', {});
  return opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
const say = (cookie: string, n: number) =>
  post('/api/chat/messages', { id: `message-number-${n}`, text: `第${n}句` }, cookie);

test('one message more in a minute than a session may write is refused, told when to come back, and the neighbour is heard', async () => {
  const [fast, other] = [await session(), await session()];
  const most = limitOf('网页一个会话每分钟的消息');
  for (let n = 0; n < most; n += 1) expect((await say(fast, n)).status).toBe(202);
  const refused = await say(fast, most);
  expect([refused.status, await refused.json()]).toEqual([429, { error: 'slow_down' }]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await say(other, 0)).status).toBe(202);
});

test('one new talk more in a minute than an address may begin is refused, and talks that are there go on', async () => {
  const first = await session();
  const most = limitOf('网页一个地址每分钟的新会话');
  for (let n = 1; n < most; n += 1) await post('/api/chat/open', {});
  const refused = await post('/api/chat/open', {});
  expect([refused.status, await refused.json()]).toEqual([429, { error: 'slow_down' }]);
  expect((await say(first, 0)).status).toBe(202);
});

test('one page more than a person may have open is refused until one is closed', () => {
  const hub = createHub();
  const stays = Array.from({ length: limitOf('一个人同时打开的网页连接') }, () => hub.join('a'));
  expect(stays.every((stay) => stay !== undefined)).toBe(true);
  expect(hub.join('a')).toBeUndefined();
  expect(hub.join('b')).toBeDefined();
  stays[0]?.leave();
  expect(hub.join('a')).toBeDefined();
  hub.close();
});

test('one page more than a process may hold is refused', () => {
  const hub = createHub();
  for (let n = 0; n < limitOf('一个进程同时打开的网页连接'); n += 1) hub.join(`user-${n}`);
  expect(hub.join('late')).toBeUndefined();
  hub.close();
});

test('whoever guesses links is slowed down', async () => {
  const statuses: number[] = [];
  for (let n = 0; n <= limitOf('一个地址每分钟猜错的链接'); n += 1) {
    statuses.push((await house.server.app.request(`${HOST}/api/secure/guess-${n}-${'x'.repeat(30)}`)).status);
  }
  expect(statuses.slice(0, -1).every((status) => status === 404)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
});
