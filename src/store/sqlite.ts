/**
 * The embedded default: one file, one connection, nobody else. `synchronous=FULL` because a message
 * that was acknowledged may not vanish in a power cut; `locking_mode=EXCLUSIVE` because two processes
 * on one file would each believe they are the only dispatcher.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import type { Backend, OneConnection } from './backend.ts';
import { sqliteTables } from './catalogue.ts';
import { diskTrouble } from './disk-trouble.ts';
import { oneConnection } from './sqlite-connection.ts';

const SCHEME = 'sqlite://';
/** How long a restart waits for the process before it to let go of the file. */
const BUSY_TIMEOUT_MS = 1_500;
/** Pages copied between two looks at what else is to be done: some 400 KB, a millisecond on a usual disk. */
const PAGES_AT_ONCE = 100;

export function isSqliteUrl(url: string): boolean {
  return url === ':memory:' || url.startsWith(SCHEME);
}

/** @throws AppError `store_locked` when another process has the file, `bad_config` when it cannot be opened */
export function openSqlite(url: string): Backend {
  const file = url === ':memory:' ? url : decodeURIComponent(url.slice(SCHEME.length));
  const database = open(file);
  const { dialect, ...one } = oneConnection(database);
  const version = database.prepare('select sqlite_version() as version').get()?.version;
  return {
    dialect,
    one,
    description: `SQLite ${String(version)}, ${file === ':memory:' ? 'in memory (lost at exit)' : `${file} (WAL, synchronous=FULL, exclusive)`}`,
    // One connection that nobody shares is lock enough.
    lockMigrations: async () => {},
    // The file would not have opened.
    lockOutProcesses: async () => true,
    tables: sqliteTables,
    // By the one connection there is: what turns write meanwhile is in the copy too.
    copyTo: (copy) => copyBetween(one, () => backup(database, copy, { rate: PAGES_AT_ONCE })),
  };
}

const BUSY_TRIES = 200;

/**
 * A copy that would begin within a transaction is refused (`not an error`, code 0), as its first step is made off the main
 * thread at some moment we do not choose. It then begins anew, after a transaction.
 */
async function copyBetween(
  { take, give }: Pick<OneConnection, 'take' | 'give'>,
  copy: () => Promise<unknown>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await take();
    give();
    try {
      await copy();
      return;
    } catch (error) {
      const isRefused = error instanceof Error && 'errcode' in error && error.errcode === 0;
      if (!isRefused || tries === BUSY_TRIES) throw error;
    }
  }
}

function open(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    database.exec('pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
    // What is deleted is written over: a person's key must not be found in pages that are free.
    database.exec('pragma secure_delete = on');
    // What a savepoint may need to undo is kept in memory: no copy of a row in a file that nobody writes over.
    database.exec('pragma temp_store = memory');
    // The lock is taken by the first write, not by the pragma: take it now, so that it is now refused.
    database.exec('begin immediate; commit');
    return database;
  } catch (cause) {
    database?.close();
    throw asOpenError(file, cause);
  }
}

const SQLITE_BUSY = 5;

function asOpenError(file: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined;
  if (code === SQLITE_BUSY) {
    return new AppError(
      'store_locked',
      `The data file ${file} is in use by another process; stop that one, or give this one a file of its own.`,
      { cause },
    );
  }
  const disk = diskTrouble(cause);
  if (disk?.code === 'store_full') {
    return new AppError(
      'store_full',
      `The data file ${file} cannot be opened, since its disk is full; make room and start again.`,
      { cause },
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'bad_config',
    `The data file ${file} cannot be opened (${why}); its folder must be writable and it must be a SQLite file.`,
    { cause },
  );
}
