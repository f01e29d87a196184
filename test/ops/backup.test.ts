/** A backup taken while people talk holds all that was acknowledged, can be put back, and is refused when it is not whole. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeBackup } from '../../src/backup.ts';
import { backup } from '../../src/cli/backup.ts';
import { manifestPath, sha256Of, writeManifest } from '../../src/cli/backup-manifest.ts';
import type { Io } from '../../src/cli/command.ts';
import { restore } from '../../src/cli/restore.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import { addErasures, ERASURES_FILE, readErasures } from '../../src/store/erasure-list.ts';
import { createKeyFile, keyFileRing } from '../../src/store/key-file.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { BACKENDS } from '../store/backends.ts';
import { countedRandom, START } from '../store/world.ts';

const MESSAGES = 200;
const random = countedRandom('backup');
const clock = { now: () => START };
const address = (user: string) => ({ channel: 'web', account: 'page', user }) as const;

let dir: string;
let data: string;
let opened: OpenedStore;
let printed: string[];
let io: Io;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gongji-backup-'));
  data = await mkdtemp(join(dir, 'data-'));
  createKeyFile(join(data, 'vault.key'), random);
  vi.stubEnv('GONGJI_DATA', data);
  opened = await open();
  printed = [];
  const print = (line: string): void => void printed.push(line);
  io = { input: Readable.from([]), print, warn: () => {} };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await opened.close();
  await rm(dir, { recursive: true, force: true });
});

const open = () =>
  openStore({
    url: `sqlite://${join(data, 'gongji.sqlite')}`,
    clock,
    random,
    vaultKey: keyFileRing(join(data, 'vault.key'), random),
  });
const say = (user: string) =>
  opened.store.receive({
    address: address(user),
    messageId: user,
    receivedAt: new Date(START).toISOString(),
    content: { kind: 'text', text: '你好', masked: [] },
  });

/** A backup by the command, of what an ended server has left. */
async function backedUp(): Promise<string> {
  await opened.store.remember({
    name: '示例甲',
    documentType: 'resident_id',
    documentNumber: '990000199001010011',
  });
  for (let n = 0; n < 5; n += 1) await say(`user-${n}`);
  await opened.close();
  const file = join(dir, 'copy.sqlite');
  expect(await backup([file, '--data', data], io)).toBe(0);
  return file;
}

describe('a backup', () => {
  test('taken during a burst of messages holds every one acknowledged before it began, whole', async () => {
    for (let n = 0; n < MESSAGES; n += 1) await say(`before-${n}`);
    const file = join(dir, 'running.sqlite');
    const copying = writeBackup(opened, file);
    const during = Array.from({ length: MESSAGES }, (_, n) => say(`during-${n}`));
    const outcomes = await Promise.all(during);
    const { bytes } = await copying;
    expect(outcomes.every((outcome) => outcome === 'stored')).toBe(true);
    expect(bytes).toBe((await stat(file)).size);
    const copy = await openStore({
      url: `sqlite://${file}`,
      clock,
      random,
      vaultKey: keyFileRing(join(data, 'vault.key'), random),
      isVisitor: true,
    });
    for (let n = 0; n < MESSAGES; n += 1) {
      expect(await copy.store.conversationAt(address(`before-${n}`))).toBeDefined();
    }
    expect((await copy.verifyAudit()).broken).toEqual([]);
    await copy.close();
  });

  test('is readable by its owner only, and never written over', async () => {
    const file = await backedUp();
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await stat(manifestPath(file))).mode & 0o077).toBe(0);
    expect((await readdir(dir)).filter((name) => name.startsWith('copy.sqlite'))).toEqual([
      'copy.sqlite',
      'copy.sqlite.json',
    ]);
    await expect(backup([file, '--data', data], io)).rejects.toMatchObject({ code: 'bad_input' });
  });

  test('holds no key', async () => {
    const file = await backedUp();
    const key = readFileSync(join(data, 'vault.key'), 'utf8').trim();
    const bytes = readFileSync(file);
    expect(bytes.includes(key)).toBe(false);
    expect(bytes.includes(Buffer.from(key, 'hex'))).toBe(false);
    expect(readFileSync(manifestPath(file), 'utf8')).not.toContain(key);
  });
});

describe('when the last backup was made', () => {
  test('every process knows, whoever wrote it: it is a row of the database', async () => {
    expect((await opened.store.figures()).backupAt).toBeUndefined();
    await opened.close();
    const before = Date.now();
    expect(await backup([join(dir, 'one.sqlite'), '--data', data], io)).toBe(0);
    opened = await open();
    expect((await opened.store.figures()).backupAt).toBeGreaterThanOrEqual(before);
  });
});

describe('people who were deleted after the backup', () => {
  const person = {
    name: '示例丙',
    documentType: 'resident_id',
    documentNumber: '990000199001010033',
  } as const;
  const keys = (): readonly string[] => ['--keys', join(data, 'vault.key')];
  const step = (name: string) =>
    printed.map((line) => JSON.parse(line) as { readonly step?: string }).find((one) => one.step === name);

  /** A backup, then a deletion that only the list beside the database knows. */
  async function deletedLater() {
    const ref = await opened.store.remember(person);
    await say('u');
    const file = join(dir, 'copy.sqlite');
    await opened.close();
    expect(await backup([file, '--data', data], io)).toBe(0);
    opened = await open();
    await opened.store.eraseData(ref, { task: 't_erase' as TaskId });
    addErasures(join(data, ERASURES_FILE), await opened.store.erasuresSince(0));
    await opened.close();
    return { ref, file };
  }

  test('are deleted again by the drill, and nobody can see them in between', async () => {
    const { file } = await deletedLater();
    printed.length = 0;
    expect(await restore([file, '--drill', ...keys()], io)).toBe(0);
    expect(step('erasures')).toEqual({ step: 'erasures', ok: true, listed: 1, repeated: 1 });
    expect(step('keys')).toMatchObject({ peopleOpened: 1 });
  });

  test('stay deleted in the restored installation, which has the list from then on', async () => {
    const { ref, file } = await deletedLater();
    const fresh = join(dir, 'fresh');
    const list = join(dir, 'kept-elsewhere.jsonl');
    renameSync(join(data, ERASURES_FILE), list);
    expect(await restore([file, '--data', fresh, '--erasures', list, ...keys()], io)).toBe(0);
    expect(readErasures(join(fresh, ERASURES_FILE)).map((one) => one.person)).toEqual([ref]);
    const restored = await openStore({
      url: `sqlite://${join(fresh, 'gongji.sqlite')}`,
      clock,
      random,
      vaultKey: keyFileRing(join(fresh, 'vault.key'), random),
      isVisitor: true,
    });
    expect(await restored.store.reveal(ref)).toBeUndefined();
    expect((await restored.verifyAudit()).broken).toEqual([]);
    await restored.close();
  });

  test('are known to a later backup in the same folder, whose list an older one is restored with', async () => {
    const { file } = await deletedLater();
    expect(await backup([join(dir, 'later.sqlite'), '--data', data], io)).toBe(0);
    rmSync(join(data, ERASURES_FILE));
    printed.length = 0;
    expect(await restore([file, '--drill', ...keys()], io)).toBe(0);
    expect(step('erasures')).toMatchObject({ listed: 1, repeated: 1 });
  });

  test('are told to be missing when no list is found, and a list that is named must be there', async () => {
    const { file } = await deletedLater();
    rmSync(join(data, ERASURES_FILE));
    const warned: string[] = [];
    const told = { ...io, warn: (line: string) => void warned.push(line) };
    expect(await restore([file, '--data', join(dir, 'fresh'), ...keys()], told)).toBe(0);
    expect(warned.join()).toContain('--erasures');
    const nowhere = ['--erasures', join(dir, 'nowhere')];
    await expect(restore([file, '--drill', ...nowhere, ...keys()], io)).rejects.toThrow('nowhere');
  });
});

describe('a backup of PostgreSQL', () => {
  const place = BACKENDS.find(({ name }) => name === 'PostgreSQL');
  if (place === undefined) console.warn('No PostgreSQL: its backup is not tried.');

  test.skipIf(place === undefined)('is lines that restore into an embedded database', async () => {
    const { url = '', remove } = (await place?.newPlace()) ?? {};
    const key = Buffer.from(random.bytes(32)).toString('hex');
    vi.stubEnv('GONGJI_DATABASE', url);
    vi.stubEnv('GONGJI_VAULT_KEY', key);
    const vaultKey = new Uint8Array(Buffer.from(key, 'hex'));
    const there = await openStore({ url, clock, random, vaultKey, isVisitor: true });
    await there.store.remember({
      name: '示例乙',
      documentType: 'resident_id',
      documentNumber: '990000199001010022',
    });
    const file = join(dir, 'copy.lines');
    // While a server works on it.
    expect(await backup([file], io)).toBe(0);
    expect((await there.store.figures()).backupAt).toBeGreaterThan(START);
    await there.close();
    expect(await restore([file, '--drill'], io)).toBe(0);
    expect(printed.at(-1)).toContain('"drill":"ok"');
    vi.unstubAllEnvs();
    await remove?.();
  });
});

describe('the restore drill', () => {
  const keys = (): readonly string[] => ['--keys', join(data, 'vault.key')];

  test('puts a backup back in a place of its own, verifies it and talks to it', async () => {
    const file = await backedUp();
    printed.length = 0;
    expect(await restore([file, '--drill', ...keys()], io)).toBe(0);
    const steps = printed.map(
      (line) => JSON.parse(line) as { readonly step?: string; readonly ok?: boolean },
    );
    expect(steps.flatMap(({ step }) => step ?? [])).toEqual([
      'file',
      'rows',
      'keys',
      'audit',
      'erasures',
      'talk',
    ]);
    expect(steps[2]).toMatchObject({ ok: true, peopleOpened: 1 });
    expect(steps.at(-1)).toMatchObject({ drill: 'ok' });
  });

  test('a restored folder holds database and key, and an existing one is not touched', async () => {
    const file = await backedUp();
    const fresh = join(dir, 'fresh');
    expect(await restore([file, '--data', fresh, ...keys()], io)).toBe(0);
    expect((await readdir(fresh)).toSorted()).toEqual(['gongji.sqlite', 'vault.key']);
    await expect(restore([file, '--data', fresh, ...keys()], io)).rejects.toMatchObject({
      code: 'bad_input',
    });
  });

  test('one byte that differs is found', async () => {
    const file = await backedUp();
    const bytes = readFileSync(file);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(restore([file, '--drill', ...keys()], io)).rejects.toThrow('its sum differs');
  });

  test('rows that are missing are found even when the sum of the file was written anew', async () => {
    const file = await backedUp();
    const manifest = JSON.parse(readFileSync(manifestPath(file), 'utf8'));
    manifest.tables.inbox.rows += 1;
    writeManifest(file, { ...manifest, sha256: await sha256Of(file) });
    await expect(restore([file, '--drill', ...keys()], io)).rejects.toThrow('inbox');
  });

  test('a key that is not the one is told, and nothing is left in the folder', async () => {
    const file = await backedUp();
    const other = join(dir, 'other.key');
    createKeyFile(other, random);
    const fresh = join(dir, 'fresh');
    await expect(restore([file, '--data', fresh, '--keys', other], io)).rejects.toMatchObject({
      code: 'vault_key_missing',
    });
    expect(await readdir(fresh)).toEqual([]);
  });
});
