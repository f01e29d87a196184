/** A disk without room, or that does not work: what is said, what is refused, and that it goes on by itself. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { AppError } from '../../src/errors.ts';
import { guardReceive } from '../../src/guard.ts';
import { DISK_FREE_LEAST_BYTES, DISK_FREE_WARN_BYTES, STORE_TRY_EVERY_MS } from '../../src/limits.ts';
import type { Log } from '../../src/log.ts';
import { diskTrouble } from '../../src/store/disk-trouble.ts';
import { openStore } from '../../src/store/open.ts';
import { createDiskWatch, type DiskWatch, type Room } from '../../src/watch-disk.ts';
import { createServer } from '../../src/web/server.ts';
import { openWechat } from '../doubles/wechat/index.ts';
import { countedRandom, START } from '../store/world.ts';
import { citizen, startServer } from './running.ts';

const random = countedRandom('disk');
const FULL = new AppError('store_full', 'no room');

describe('an error of the disk has a code of its own', () => {
  test.each([
    ['SQLITE_FULL', { errcode: 13 }, 'store_full'],
    ['SQLITE_IOERR_WRITE', { errcode: 778 }, 'store_broken'],
    ['SQLITE_READONLY', { errcode: 8 }, 'store_broken'],
    ['ENOSPC', { code: 'ENOSPC' }, 'store_full'],
    ['EIO', { code: 'EIO' }, 'store_broken'],
    ['EROFS', { code: 'EROFS' }, 'store_broken'],
    ['disk_full of PostgreSQL', { code: '53100' }, 'store_full'],
    ['a PostgreSQL that became a standby', { code: '25006' }, 'store_broken'],
  ])('%s', (_, fields, code) => {
    expect(diskTrouble(Object.assign(new Error('x'), fields))).toMatchObject({ code, retry: 'later' });
  });

  test('and everything else is none', () => {
    for (const fields of [{ errcode: 5 }, { code: '53300' }, { code: 'ECONNRESET' }, {}]) {
      expect(diskTrouble(Object.assign(new Error('x'), fields))).toBeUndefined();
    }
  });
});

describe('the embedded database', () => {
  test('that cannot grow says so, keeps nothing half, and takes the same message when there is room', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'gongji-full-'));
    const told: string[] = [];
    const opened = await openStore({
      url: `sqlite://${join(dir, 'gongji.sqlite')}`,
      clock: { now: () => START },
      random,
      vaultKey: new Uint8Array(32).fill(3),
      onDiskTrouble: ({ code }) => told.push(code),
    });
    const say = (text: string) =>
      opened.store.receive({
        address: { channel: 'web', account: 'page', user: 'u' },
        messageId: text.slice(0, 20),
        receivedAt: new Date(START).toISOString(),
        content: { kind: 'text', text, masked: [] },
      });
    expect(await say('first')).toBe('stored');
    // As full as a disk: not one page more.
    await sql`pragma max_page_count = 1`.execute(opened.db);
    const long = `second ${'字'.repeat(20_000)}`;
    await expect(say(long)).rejects.toMatchObject({ code: 'store_full', retry: 'later' });
    expect(told).toEqual(['store_full']);
    expect(await opened.db.selectFrom('inbox').select('seq').execute()).toHaveLength(1);
    await sql`pragma max_page_count = 1000000`.execute(opened.db);
    expect(await say(long)).toBe('stored');
    const rows = await opened.db.selectFrom('inbox').select('seq').execute();
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2]);
    await opened.close();
    rmSync(dir, { recursive: true, force: true });
  });
});

describe('the watch over the disk', () => {
  let events: { readonly name: string; readonly fields: object }[];
  let room: Room | undefined;
  let disk: DiskWatch;
  let now: number;
  const log: Log = { event: (name, fields) => void events.push({ name, fields }) };
  const clock = { now: () => now };

  beforeEach(() => {
    vi.useFakeTimers();
    now = START;
    events = [];
    room = { freeBytes: DISK_FREE_WARN_BYTES * 2, sizeBytes: DISK_FREE_WARN_BYTES * 4 };
    disk = createDiskWatch({ clock, log, folder: '/data', roomOf: () => room });
  });
  afterEach(() => {
    disk.stop();
    vi.useRealTimers();
  });

  test('tells once where and how much room, however often the store fails, and when it is over', async () => {
    let isWritable = false;
    disk.look(async () => {
      if (!isWritable) throw FULL;
    });
    disk.failed(FULL);
    disk.failed(FULL);
    expect(disk.refusal()).toBe('store_full');
    await vi.advanceTimersByTimeAsync(STORE_TRY_EVERY_MS * 3);
    expect(disk.trouble?.code).toBe('store_full');
    isWritable = true;
    now += 6_000;
    await vi.advanceTimersByTimeAsync(STORE_TRY_EVERY_MS);
    expect(disk.refusal()).toBeUndefined();
    expect(events).toEqual([
      {
        name: 'store.trouble',
        fields: { code: 'store_full', folder: '/data', freeBytes: DISK_FREE_WARN_BYTES * 2 },
      },
      { name: 'store.recovered', fields: { code: 'store_full', ms: 6_000 } },
    ]);
  });

  test('warns before it is full, and takes nothing new when there is hardly room for the answers', async () => {
    disk.look(async () => {});
    expect(disk.isLow).toBe(false);
    room = { freeBytes: DISK_FREE_WARN_BYTES - 1, sizeBytes: DISK_FREE_WARN_BYTES * 4 };
    await vi.advanceTimersByTimeAsync(5_000);
    expect([disk.isLow, disk.refusal()]).toEqual([true, undefined]);
    room = { ...room, freeBytes: DISK_FREE_LEAST_BYTES - 1 };
    await vi.advanceTimersByTimeAsync(5_000);
    // What is under way goes on: it has room.
    expect([disk.refusal(), disk.trouble]).toEqual(['store_full', undefined]);
  });

  test('does not believe a small trial while there is no room for more', async () => {
    disk.look(async () => {});
    room = { freeBytes: 0, sizeBytes: DISK_FREE_WARN_BYTES };
    disk.failed(FULL);
    await vi.advanceTimersByTimeAsync(STORE_TRY_EVERY_MS * 2);
    expect(disk.trouble?.code).toBe('store_full');
    room = { freeBytes: DISK_FREE_LEAST_BYTES, sizeBytes: DISK_FREE_WARN_BYTES };
    await vi.advanceTimersByTimeAsync(STORE_TRY_EVERY_MS);
    expect(disk.trouble).toBeUndefined();
  });

  test('other errors are no trouble of the disk', () => {
    disk.failed(new AppError('store_busy', 'busy'));
    expect(disk.trouble).toBeUndefined();
  });

  test('closes the front door meanwhile, so that nothing is accepted that could not be answered', async () => {
    const taken: string[] = [];
    const door = guardReceive(
      async ({ messageId }) => {
        taken.push(messageId);
        return 'stored';
      },
      { clock, waiting: () => 0, refusal: disk.refusal },
    );
    const message = (messageId: string) =>
      door({
        address: { channel: 'web', account: 'page', user: 'u' },
        messageId,
        receivedAt: new Date(START).toISOString(),
        content: { kind: 'text', text: '你好', masked: [] },
      });
    disk.failed(FULL);
    await expect(message('a')).rejects.toMatchObject({ code: 'store_full' });
    expect(taken).toEqual([]);
  });
});

test('whoever asks over HTTP is told to come again later, and not that we have failed', async () => {
  await buildPages({ force: false });
  const secure = {
    open: () => Promise.reject(FULL),
    submit: () => Promise.reject(FULL),
    about: async () => undefined,
  };
  const { app } = createServer({
    connectors: [],
    secure,
    clock: { now: () => START },
    pagesDir: 'dist/pages',
  });
  const answer = await app.request('http://localhost/api/secure/token');
  expect([answer.status, await answer.text()]).toEqual([503, '{"error":"later"}']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

// === A whole server on a file system of its own

const SOON = { timeout: 30_000, interval: 100 };
const isRoot = userInfo().uid === 0;
function smallDisk(): { readonly dir: string; fill(): void; free(): void; remove(): void } | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'gongji-tmpfs-'));
  const ballast = join(dir, 'ballast');
  if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', dir]).status !== 0) {
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  return {
    dir,
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' }),
    free: () => truncateSync(ballast, 0),
    remove() {
      spawnSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
const disk = smallDisk();
if (disk === undefined)
  console.warn('No file system can be mounted here: a server on a full disk is not tried.');
afterEach(({ task }) => {
  if (task.name.startsWith('a server whose disk')) disk?.remove();
});

test.skipIf(disk === undefined)(
  'a server whose disk is full stays alive, is not ready, refuses with a way out, and goes on when there is room',
  async () => {
    if (disk === undefined) return;
    await buildPages({ force: false });
    const data = join(disk.dir, 'data');
    mkdirSync(data);
    const wechat = await openWechat({ clock: { now: () => Date.now() } });
    const { account } = wechat;
    const server = await startServer({
      GONGJI_DATA: data,
      GONGJI_LOG: 'info',
      GONGJI_WECHAT_OA_APPID: account.appid,
      GONGJI_WECHAT_OA_SECRET: account.secret,
      GONGJI_WECHAT_OA_TOKEN: account.token,
      GONGJI_WECHAT_OA_AES_KEY: account.aesKey,
      GONGJI_WECHAT_OA_CERTIFIED: 'yes',
      GONGJI_WECHAT_OA_API_BASE: wechat.url,
    });
    wechat.connect(`${server.url}/wechat/oa`);
    const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
    const reasons = async () =>
      ((await (await fetch(`${server.url}/readyz`)).json()) as { readonly reasons: readonly string[] })
        .reasons;
    const li = citizen(server.url);
    await li.open();
    expect((await li.say({ text: '家庭共济是什么' })).status).toBe(202);
    await li.page('event: line');

    disk.fill();
    const refused = await li.say({ text: '怎么绑定' }, 'the-same');
    expect(refused).toMatchObject({ status: 503, text: '{"error":"later"}' });
    expect(await reasons()).toContain('store_full');
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    expect(await metrics()).toMatch(/gongji_store_writable 0\n/u);
    expect(server.logged()).toMatch(
      /"event":"store.trouble","code":"store_full","folder":"[^"]+\/data","freeBytes":\d+/u,
    );
    const phone = wechat.phone('王示例');
    // WeChat tries three times and then says 请稍后再试 itself.
    const pushed = await wechat.push(phone.write('怎么绑定'));
    expect(pushed.tries.map((one) => 'status' in one && one.status)).toEqual([503, 503, 503]);
    expect(pushed.shown).toMatchObject({ kind: 'fault' });

    disk.free();
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), SOON);
    expect((await li.say({ text: '怎么绑定' }, 'the-same')).status).toBe(202);
    await vi.waitFor(async () => expect(await metrics()).toMatch(/gongji_store_writable 1\n/u), SOON);
    expect(server.logged()).toContain('"event":"store.recovered"');
    expect(server.logged()).not.toContain('"internal"');
    expect(await server.stop()).toBe(0);
    await wechat.close();
  },
  90_000,
);
