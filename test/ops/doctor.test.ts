/** What the doctor says of an installation, and a server that is asked over its socket. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diskChecks, fsyncMs, space } from '../../src/cli/doctor-disk.ts';
import { storeChecks } from '../../src/cli/doctor-house.ts';
import { AppError } from '../../src/errors.ts';
import { askOps, type OpsCalls, opsSocketPath, serveOps } from '../../src/ops-socket.ts';
import { createKeyFile, keyFileRing } from '../../src/store/key-file.ts';
import { openStore } from '../../src/store/open.ts';
import { openTracing } from '../../src/tracing.ts';
import { postgresAddress } from '../store/backends.ts';
import { countedRandom, START } from '../store/world.ts';

const random = countedRandom('doctor');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gongji-doctor-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const bad = (checks: readonly { readonly state: string; readonly line: string }[]) =>
  checks.filter(({ state }) => state !== 'ok').map(({ line }) => line);

describe('the data folder', () => {
  test('of a good installation passes, but for what a slow disk deserves', () => {
    createKeyFile(join(dir, 'vault.key'), random);
    expect(bad(diskChecks(dir, {})).filter((line) => !line.includes('落盘'))).toEqual([]);
    expect(fsyncMs(dir)).toBeGreaterThan(0);
  });

  test('on a disk that is nearly full is told, and on a full one is not well', () => {
    const of = (freeBytes: number) => space(dir, { freeBytes, sizeBytes: 2 ** 40 }).state;
    expect([of(2 ** 31), of(2 ** 29), of(2 ** 20)]).toEqual(['ok', 'warn', 'bad']);
  });

  test('that others may enter, and a key others may read, are told with what to do', () => {
    createKeyFile(join(dir, 'vault.key'), random);
    chmodSync(dir, 0o755);
    chmodSync(join(dir, 'vault.key'), 0o644);
    const lines = bad(diskChecks(dir, {})).join('\n');
    expect(lines).toContain(`chmod 700 ${dir}`);
    expect(lines).toContain(`chmod 600 ${join(dir, 'vault.key')}`);
  });

  test('with a key file that holds no key is told, and the file is not shown', () => {
    writeFileSync(join(dir, 'vault.key'), 'nonsense-planted', { mode: 0o600 });
    const lines = bad(diskChecks(dir, {})).join('\n');
    expect(lines).toContain('vault_key_missing');
    expect(lines).not.toContain('nonsense-planted');
  });

  test('is not needed where everything is in PostgreSQL, but one key for all is', () => {
    const lines = bad(diskChecks(dir, { databaseUrl: 'postgres://x/y' })).join('\n');
    expect(lines).toContain('GONGJI_VAULT_KEY');
  });
});

describe('the store', () => {
  test('of an ended server is opened and looked at', async () => {
    createKeyFile(join(dir, 'vault.key'), random);
    const opened = await openStore({
      url: `sqlite://${join(dir, 'gongji.sqlite')}`,
      clock: { now: () => START },
      random,
      vaultKey: keyFileRing(join(dir, 'vault.key'), random),
    });
    await opened.close();
    const checks = await storeChecks(dir, {});
    expect(bad(checks)).toEqual([]);
    expect(checks.map(({ line }) => line).join('\n')).toContain('钥匙齐全');
  });

  test('of a running server is asked for, with reasons and warnings', async () => {
    const calls: OpsCalls = {
      backup: async () => ({}),
      ready: async () => ({ ready: false, reasons: ['queue_full'], warnings: ['office_away'] }),
    };
    const socket = await serveOps(calls, opsSocketPath(dir));
    const lines = bad(await storeChecks(dir, {})).join('\n');
    expect(lines).toContain('queue_full');
    expect(lines).toContain('office_away');
    await socket.close();
  });

  const url = postgresAddress();
  if (url === undefined) console.warn('No PostgreSQL: the clock of the database is not compared.');
  test.skipIf(url === undefined)('on PostgreSQL tells how far the clocks are apart', async () => {
    const opened = await openStore({
      url: url ?? '',
      clock: { now: () => Date.now() + 10_000 },
      random,
      vaultKey: new Uint8Array(32).fill(9),
      isVisitor: true,
    });
    const skewMs = await opened.clockSkewMs?.();
    await opened.close();
    expect(skewMs).toBeGreaterThan(8_000);
    expect(skewMs).toBeLessThan(12_000);
  });
});

describe('the socket', () => {
  test('does two things and no third, and takes only whole paths', async () => {
    const asked: string[] = [];
    const calls: OpsCalls = {
      ready: async () => ({ ready: true }),
      async backup(file) {
        asked.push(file);
        throw new AppError('bad_input', 'There is one already');
      },
    };
    const path = opsSocketPath(dir);
    const socket = await serveOps(calls, path);
    expect(await askOps(path, { call: 'ready' })).toEqual({ ready: true });
    await expect(askOps(path, { call: 'backup', file: 'relative' })).rejects.toThrow('no such call');
    await expect(askOps(path, { call: 'stop' } as never)).rejects.toThrow('no such call');
    await expect(askOps(path, { call: 'backup', file: '/x' })).rejects.toThrow('There is one already');
    expect(asked).toEqual(['/x']);
    await socket.close();
    expect(await askOps(path, { call: 'ready' })).toBeUndefined();
  });

  test('left by a server that was killed is nobody', async () => {
    writeFileSync(opsSocketPath(dir), '');
    expect(await askOps(opsSocketPath(dir), { call: 'ready' })).toBeUndefined();
  });
});

test('a collector that is away keeps nobody from ending', async () => {
  // Port 9 of this machine takes nothing.
  const tracer = await openTracing({ url: 'http://127.0.0.1:9' });
  tracer.span('message', { from: START, to: START + 5 }, { channel: 'web' });
  const from = performance.now();
  await tracer.stop();
  expect(performance.now() - from).toBeLessThan(10_000);
});
