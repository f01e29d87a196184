/**
 * How long a push waits when the answer is always found in another process:
 * `node bench/wechat-foreign.ts postgres://… [messages]`.
 *
 * Two processes on one database (given, and left with one schema fewer): one has the address WeChat calls and works
 * nothing off, the other is the whole house and is called by nobody. Once without the way from one to the other, once with
 * it, in the same run.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import pg from 'pg';
import { type Config, readConfig } from '../src/config.ts';
import { createOaConnector, type OaSettings } from '../src/connectors/wechat/oa/index.ts';
import { startGongji } from '../src/main.ts';
import { openStore } from '../src/store/open.ts';
import { ACCOUNT } from '../test/doubles/wechat/account.ts';
import { openWechat } from '../test/doubles/wechat/index.ts';
import { messageLetter } from '../test/doubles/wechat/letters.ts';
import { postTo } from '../test/doubles/wechat/pusher.ts';
import { openWindow } from '../test/doubles/wechat/users.ts';

const clock = { now: () => Date.now() };
const AT_ONCE = 8;
const SAID = '家庭共济是什么';
const SEND = '/cgi-bin/message/custom/send';

interface Setting {
  readonly dir: string;
  readonly database: string;
  readonly apiBase: string;
  readonly isRelayed: boolean;
}

function configOf({ dir, database, apiBase }: Setting): Config {
  return readConfig({
    GONGJI_DATA: dir,
    GONGJI_DATABASE: database,
    GONGJI_VAULT_KEY: Buffer.alloc(32, 7).toString('hex'),
    GONGJI_PORT: '0',
    GONGJI_LOG: 'silent',
    GONGJI_WECHAT_OA_APPID: ACCOUNT.appid,
    GONGJI_WECHAT_OA_SECRET: ACCOUNT.secret,
    GONGJI_WECHAT_OA_TOKEN: ACCOUNT.token,
    GONGJI_WECHAT_OA_AES_KEY: ACCOUNT.aesKey,
    GONGJI_WECHAT_OA_CERTIFIED: 'yes',
    GONGJI_WECHAT_OA_API_BASE: apiBase,
  });
}

// === The two processes

/** Whole, and never called by WeChat. */
async function find(setting: Setting): Promise<void> {
  const house = await startGongji(configOf(setting), () => undefined);
  untilToldToStop(() => house.stop());
  process.send?.(house.url);
}

/** Called by WeChat, and working nothing off. */
async function hold(setting: Setting): Promise<void> {
  const { vaultKey, wechatOa } = configOf(setting);
  if (vaultKey === undefined) throw new Error('There is no vault key');
  const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
  const { store, signals, close } = await openStore({
    url: setting.database,
    clock,
    random,
    vaultKey,
    connections: 8,
  });
  const connector = createOaConnector({
    settings: wechatOa as OaSettings,
    store,
    ...(setting.isRelayed ? { signals } : {}),
    clock,
    random,
    publicUrl: () => 'https://gongji.example.invalid',
    words: (id) => (id === 'wechat.more_word' ? '更多' : id),
    placeIn: () => undefined,
    noticeValues: () => ({}),
  });
  const server = createServer(getRequestListener((request) => connector.http.routes.fetch(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await connector.start((inbound) => store.receive(inbound));
  untilToldToStop(async () => {
    await connector.stop();
    server.closeAllConnections();
    server.close();
    await close();
  });
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

function untilToldToStop(stop: () => Promise<unknown>): void {
  process.once('message', async () => {
    await stop();
    setImmediate(() => process.disconnect());
  });
}

async function begin(role: 'find' | 'hold', setting: Setting) {
  const child = fork(fileURLToPath(import.meta.url), [role, JSON.stringify(setting)]);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (said) => resolve(String(said)));
    child.once('exit', (code) => reject(new Error(`A process ended with ${code}`)));
  });
  return { url, stop: () => stopped(child) };
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.send('stop');
  });
}

// === One run

async function measure(address: string, messages: number, isRelayed: boolean) {
  const schema = `bench_foreign_${process.pid}_${isRelayed ? 1 : 0}`;
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(`create schema ${schema}`);
  const database = new URL(address);
  database.searchParams.set('options', `-c search_path=${schema}`);
  const dir = mkdtempSync(join(tmpdir(), 'gongji-foreign-'));
  const wechat = await openWechat({ clock });
  const setting = { dir, database: database.href, apiBase: wechat.url, isRelayed };
  const processes = [await begin('find', setting), await begin('hold', setting)] as const;
  try {
    const times: number[] = [];
    let inPush = 0;
    let count = 0;
    const worker = async (): Promise<void> => {
      while (count < messages) {
        const user = wechat.world.userNamed(`p${count}`);
        count += 1;
        user.isFollower = true;
        openWindow(user, 'message', clock);
        const push = wechat.pusher.seal(messageLetter(wechat.world, user, { kind: 'text', text: SAID }));
        const start = performance.now();
        const { body } = await postTo(processes[1].url, push);
        times.push(performance.now() - start);
        if (body.startsWith('<')) inPush += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    times.sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? Number.NaN);
    return {
      relayed: isRelayed,
      messages: times.length,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      inPush,
      asMessage: wechat.calls(SEND).length,
    };
  } finally {
    for (const { stop } of processes) await stop();
    await wechat.close();
    rmSync(dir, { recursive: true, force: true });
    await client.query(`drop schema ${schema} cascade; drop schema if exists ${schema}_jobs cascade`);
    await client.end();
  }
}

const [first = '', second = ''] = process.argv.slice(2);
if (first === 'find') await find(JSON.parse(second) as Setting);
else if (first === 'hold') await hold(JSON.parse(second) as Setting);
else {
  const rows = [];
  for (const isRelayed of [false, true]) rows.push(await measure(first, Number(second || 200), isRelayed));
  console.table(rows);
}
