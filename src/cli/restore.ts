/**
 * `gongji restore FILE --data DIR [--keys KEYFILE] [--erasures FILE]` puts a backup into a new data folder; `gongji restore FILE --drill
 * [--keys KEYFILE]` does the same in a folder of its own, checks everything, talks to what came back, and leaves
 * nothing. A backup nobody has ever restored is a hope.
 */
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import type { KeyProvider } from '../contracts/keys.ts';
import type { PersonRef } from '../domain/ids.ts';
import { AppError } from '../errors.ts';
import { clock, random } from '../main.ts';
import { checkFile } from '../store/check-file.ts';
import { addErasures, ERASURES_FILE, readErasures, repeatErasures } from '../store/erasure-list.ts';
import { keyFileRing, readKeyFile } from '../store/key-file.ts';
import { MIGRATIONS } from '../store/migrate.ts';
import { openDatabase, readLines, type Sums } from '../store/move.ts';
import { openStore } from '../store/open.ts';
import { sqliteUrl } from './backup.ts';
import { type Manifest, readManifest, sha256Of } from './backup-manifest.ts';
import type { Command, Io } from './command.ts';
import { converseOnce } from './restore-talk.ts';

/** People whose data is opened for the check; all of them where there are no more. */
const OPENED = 10_000;
const KEY_FILE = 'vault.key';

export const restore: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      keys: { type: 'string' },
      erasures: { type: 'string' },
      drill: { type: 'boolean' },
    },
  });
  const [name] = positionals;
  if (name === undefined || (values.data === undefined) === (values.drill !== true)) {
    throw new AppError(
      'bad_input',
      'gongji restore takes: FILE --data DIR (a new folder), or FILE --drill; --keys KEYFILE where the keys lie, --erasures FILE with the deletions since',
    );
  }
  const file = resolve(name);
  const keys = keysFor(values.keys);
  const lists = erasureLists(file, values.erasures);
  if (values.data !== undefined) {
    await put(io, { file, dir: resolve(values.data), keys, lists });
    if (lists.length === 0) {
      io.warn(
        '没有找到删除登记（erasures.jsonl），备份之后删除过数据的人没有再删一遍；原来的数据目录或更新的备份旁边若有，请用 --erasures 指给我重来。',
      );
    }
    io.warn(
      `已恢复到 ${resolve(values.data)}。用 GONGJI_DATA 指向它启动；旧的数据目录不要再启动，否则同一件事会办两次。`,
    );
    return 0;
  }
  const dir = mkdtempSync(join(tmpdir(), 'gongji-drill-'));
  try {
    const from = performance.now();
    await put(io, { file, dir, keys, lists });
    const reply = await converseOnce(dir, keys.provider);
    io.print(JSON.stringify({ step: 'talk', ok: true, reply }));
    io.print(JSON.stringify({ drill: 'ok', seconds: Math.round((performance.now() - from) / 100) / 10 }));
    return 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

interface Keys {
  readonly provider: KeyProvider | readonly Uint8Array[];
  /** Goes into the new folder; absent when the keys come from the environment. */
  readonly file?: string;
}

function keysFor(given: string | undefined): Keys {
  const config = readConfig();
  if (given === undefined && config.vaultKey !== undefined) return { provider: config.vaultKey };
  const file = resolve(given ?? join(config.dataDir, KEY_FILE));
  readKeyFile(file);
  return { provider: keyFileRing(file, random), file };
}

/**
 * Where deletions are listed: the file that is named, else that of the installation, and the one beside the backup, which a later
 * backup may have brought up to date.
 */
function erasureLists(file: string, given: string | undefined): readonly string[] {
  if (given !== undefined && !existsSync(resolve(given))) {
    throw new AppError('bad_input', `There is no list of deletions ${resolve(given)}`);
  }
  const own = given === undefined ? join(readConfig().dataDir, ERASURES_FILE) : resolve(given);
  return [own, join(dirname(file), ERASURES_FILE)].filter((list) => existsSync(list));
}

interface Place {
  readonly file: string;
  readonly dir: string;
  readonly keys: Keys;
  readonly lists: readonly string[];
}

/** Each step says that it is done; the first that fails ends it, and nothing is left where a server would find it. */
async function put(io: Io, { file, dir, keys, lists }: Place): Promise<void> {
  const target = join(dir, 'gongji.sqlite');
  if (existsSync(target)) {
    throw new AppError('bad_input', `There is a ${target} already; --data takes a new folder`);
  }
  const manifest = readManifest(file);
  await checkWhole(file, manifest);
  io.print(
    JSON.stringify({ step: 'file', ok: true, kind: manifest.kind, bytes: manifest.bytes, at: manifest.at }),
  );
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const part = `${target}.part`;
  try {
    const { rows, people } = await fill(file, part, manifest);
    io.print(JSON.stringify({ step: 'rows', ok: true, rows, tables: Object.keys(manifest.tables).length }));
    await checkInside(io, part, { keys, people });
    await deleteAgain(io, part, { keys, list: bringList(dir, lists) });
    for (const end of ['-wal', '-shm']) rmSync(`${part}${end}`, { force: true });
    renameSync(part, target);
  } catch (error) {
    for (const end of ['', '-wal', '-shm']) rmSync(`${part}${end}`, { force: true });
    throw error;
  }
  const own = join(dir, KEY_FILE);
  if (keys.file !== undefined && resolve(keys.file) !== own) {
    copyFileSync(keys.file, own);
    chmodSync(own, 0o600);
  }
}

/** One list in the new folder, where the server will go on with it. */
function bringList(dir: string, lists: readonly string[]): string {
  const own = join(dir, ERASURES_FILE);
  for (const list of lists) if (resolve(list) !== own) addErasures(own, readErasures(list));
  return own;
}

function openCopy(file: string, keys: Keys): ReturnType<typeof openStore> {
  return openStore({ url: sqliteUrl(file), clock, random, vaultKey: keys.provider, isVisitor: true });
}

/** Whoever was deleted after the backup was made is deleted again, before anybody could see them. */
async function deleteAgain(
  io: Io,
  file: string,
  { keys, list }: { readonly keys: Keys; readonly list: string },
): Promise<void> {
  const opened = await openCopy(file, keys);
  try {
    const listed = readErasures(list);
    const repeated = await repeatErasures(opened.store, list);
    for (const { person } of listed) {
      if ((await opened.store.reveal(person as PersonRef)) !== undefined) {
        throw new AppError('bad_input', `A person who was deleted is still there: ${person}`);
      }
    }
    const { broken } = await opened.verifyAudit();
    if (broken.length > 0) throw new AppError('bad_input', 'The audit chain broke over the deletions');
    io.print(JSON.stringify({ step: 'erasures', ok: true, listed: listed.length, repeated }));
  } finally {
    await opened.close();
  }
}

async function checkWhole(file: string, manifest: Manifest): Promise<void> {
  if ((await sha256Of(file)) !== manifest.sha256) {
    throw new AppError('bad_input', `${file} is not what was written: its sum differs from the manifest`);
  }
  const ours = MIGRATIONS.map(({ name }) => name).join(' ');
  if (manifest.migrations.join(' ') !== ours) {
    throw new AppError(
      'bad_input',
      'The backup is of another version of the tables; restore it with the version that made it, then update.',
    );
  }
}

/** Brings the rows in place and compares every table with the manifest. */
async function fill(file: string, part: string, manifest: Manifest) {
  rmSync(part, { force: true });
  if (manifest.kind === 'sqlite') {
    copyFileSync(file, part);
    chmodSync(part, 0o600);
    const problems = checkFile(part);
    if (problems.length > 0) throw new AppError('bad_input', `The copy is damaged: ${problems.join('; ')}`);
  }
  const database = await openDatabase(sqliteUrl(part), clock);
  const people: PersonRef[] = [];
  try {
    if (manifest.kind === 'lines') {
      const lines = () =>
        createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
      await database.fill((into) => readLines(lines(), into));
    }
    const sums = await database.read(async (table, rows) => {
      if (table !== 'persons' || people.length >= OPENED) return;
      for (const { ref } of rows) people.push(String(ref) as PersonRef);
    });
    compare(sums, manifest.tables);
    return { people, rows: Object.values(sums).reduce((total, table) => total + table.rows, 0) };
  } finally {
    await database.close();
  }
}

function compare(sums: Sums, expected: Sums): void {
  const names = new Set([...Object.keys(sums), ...Object.keys(expected)]);
  const different = [...names].filter(
    (name) => sums[name]?.rows !== expected[name]?.rows || sums[name]?.sum !== expected[name]?.sum,
  );
  if (different.length > 0) {
    throw new AppError('bad_input', `These tables are not what was backed up: ${different.join(', ')}`);
  }
}

async function checkInside(
  io: Io,
  file: string,
  { keys, people }: { readonly keys: Keys; readonly people: readonly PersonRef[] },
): Promise<void> {
  const opened = await openCopy(file, keys);
  try {
    const { keys: wrapping, dataKeys } = await opened.store.keyStatus();
    const missing = wrapping.filter(({ isKnown }) => !isKnown).map(({ id }) => id);
    if (missing.length > 0) {
      throw new AppError('vault_key_missing', `These keys are needed and not here: ${missing.join(', ')}`);
    }
    let open = 0;
    for (const ref of people.slice(0, OPENED)) if ((await opened.store.reveal(ref)) !== undefined) open += 1;
    if (open < people.length) {
      throw new AppError('bad_input', `${people.length - open} of ${people.length} people cannot be opened`);
    }
    io.print(JSON.stringify({ step: 'keys', ok: true, dataKeys, peopleOpened: open }));
    const { broken, ...report } = await opened.verifyAudit();
    if (broken.length > 0)
      throw new AppError('bad_input', `The audit chain is broken in ${broken.length} place(s)`);
    io.print(JSON.stringify({ step: 'audit', ok: true, ...report }));
  } finally {
    await opened.close();
  }
}
