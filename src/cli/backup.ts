/**
 * `gongji backup FILE [--data DIR]`: a copy of everything that is kept, while the server works. With the embedded
 * database the server itself copies it; PostgreSQL is read in one transaction into lines of JSON. Verified by
 * reading it again before the command says that it is done.
 */
import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { noteBackup, refuseExisting, writeBackup } from '../backup.ts';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { clock } from '../main.ts';
import { askOps, opsSocketPath } from '../ops-socket.ts';
import { checkFile } from '../store/check-file.ts';
import { MIGRATIONS } from '../store/migrate.ts';
import { endLine, headLine, openDatabase, type Row, rowLine, type Sums } from '../store/move.ts';
import { type Manifest, manifestPath, sha256Of, writeManifest } from './backup-manifest.ts';
import type { Command } from './command.ts';
import { openInstallation } from './installation.ts';

export const backup: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: 'string' } },
  });
  const [name] = positionals;
  if (name === undefined) throw new AppError('bad_input', 'gongji backup takes the name of a file to write');
  const file = resolve(name);
  refuseExisting(file);
  refuseExisting(manifestPath(file));
  const config = readConfig();
  const { databaseUrl } = config;
  const from = performance.now();
  const kind = databaseUrl === undefined ? 'sqlite' : 'lines';
  if (databaseUrl === undefined) await copyEmbedded(resolve(values.data ?? config.dataDir), file);
  const { sums, keys } = databaseUrl === undefined ? await sumsOf(file) : await writeLines(databaseUrl, file);
  const manifest = {
    kind,
    at: new Date(clock.now()).toISOString(),
    bytes: statSync(file).size,
    sha256: await sha256Of(file),
    migrations: MIGRATIONS.map((migration) => migration.name),
    keys,
    tables: sums,
  } satisfies Omit<Manifest, 'gongji' | 'format'>;
  writeManifest(file, manifest);
  if (databaseUrl !== undefined) await noteShared(file);
  const rows = Object.values(sums).reduce((total, table) => total + table.rows, 0);
  io.print(
    JSON.stringify({
      backup: file,
      kind,
      rows,
      bytes: manifest.bytes,
      ms: Math.round(performance.now() - from),
      keys,
    }),
  );
  io.warn(
    '钥匙不在备份里：把 vault.key（或 GONGJI_VAULT_KEY）另行保管在别处。没有它，谁也打不开备份里的姓名和证件。',
  );
  if (databaseUrl !== undefined) {
    io.warn(
      '要按时间点恢复，请另用 PostgreSQL 自己的工具：pg_dump --format=custom --file=gongji.dump "$GONGJI_DATABASE"，以及 WAL 归档。',
    );
  }
  return 0;
};

/** No server had a hand in it: the database is told by us. */
async function noteShared(file: string): Promise<void> {
  const { opened } = await openInstallation(undefined);
  try {
    await noteBackup(opened, file, clock);
  } finally {
    await opened.close();
  }
}

/** By the server when one runs, since nobody else can open its file; else from the file itself. */
async function copyEmbedded(dataDir: string, file: string): Promise<void> {
  if ((await askOps(opsSocketPath(dataDir), { call: 'backup', file })) !== undefined) return;
  const { opened } = await openInstallation(dataDir);
  try {
    await writeBackup(opened, file);
    await noteBackup(opened, file, clock);
  } finally {
    await opened.close();
  }
}

/** Reads the copy whole. */
async function sumsOf(
  file: string,
): Promise<{ readonly sums: Sums; readonly keys: readonly string[] & string[] }> {
  const problems = checkFile(file);
  // Left by a reader that may not write; of no use to anybody.
  rmSync(`${file}-shm`, { force: true });
  if (problems.length > 0) throw new AppError('bad_input', `The copy is damaged: ${problems.join('; ')}`);
  const database = await openDatabase(sqliteUrl(file), clock);
  const keys = new Set<string>();
  try {
    return { sums: await database.read(async (table, rows) => noteKeys(keys, table, rows)), keys: [...keys] };
  } finally {
    await database.close();
  }
}

async function writeLines(
  url: string,
  file: string,
): Promise<{ readonly sums: Sums; readonly keys: string[] }> {
  const database = await openDatabase(url, clock);
  const keys = new Set<string>();
  const part = `${file}.part`;
  const out = createWriteStream(part, { mode: 0o600, flags: 'w' });
  const write = async (line: string) => {
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  };
  try {
    await write(headLine());
    const sums = await database.read(async (table, rows) => {
      noteKeys(keys, table, rows);
      for (const row of rows) await write(rowLine(table, row));
    });
    await write(endLine(sums));
    await new Promise<void>((done, fail) =>
      out.end((error?: Error | null) => (error ? fail(error) : done())),
    );
    renameSync(part, file);
    return { sums, keys: [...keys] };
  } catch (error) {
    out.destroy();
    rmSync(part, { force: true });
    throw error;
  } finally {
    await database.close();
  }
}

/** Which keys open it. */
function noteKeys(keys: Set<string>, table: string, rows: readonly Row[]): void {
  if (table === 'person_keys') for (const { kek } of rows) keys.add(String(kek));
}

export const sqliteUrl = (file: string): string => `sqlite://${encodeURI(file)}`;
