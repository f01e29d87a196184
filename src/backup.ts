/**
 * Backups while the house works. The embedded database is copied page by page by SQLite's own backup, in
 * small steps between which turns go on; PostgreSQL is read in one transaction into lines of JSON. Beside the
 * file lies what must be in it: counts, sums and which keys open it. The vault key is not in a backup: whoever
 * finds one can read nobody's name, and whoever restores one brings the key.
 */
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from './contracts/clock.ts';
import type { Erasures } from './contracts/erasures.ts';
import { AppError } from './errors.ts';
import { addErasures, ERASURES_FILE } from './store/erasure-list.ts';
import { BACKUP_ROUND, type Rounds } from './store/rounds.ts';

export interface Written {
  readonly bytes: number;
  readonly ms: number;
}

/** What can write itself into a file; absent where the database has tools of its own. */
export interface Copied {
  readonly copyTo?: ((file: string) => Promise<void>) | undefined;
}

/**
 * Copies the running database. Under its name only when it is whole, readable by its owner only.
 * @throws AppError `bad_input` when there is something already, or the database is not embedded
 */
export async function writeBackup({ copyTo }: Copied, file: string): Promise<Written> {
  if (copyTo === undefined) {
    throw new AppError('bad_input', 'This server works on PostgreSQL, which is read without it');
  }
  refuseExisting(file);
  const part = `${file}.part`;
  const from = performance.now();
  try {
    rmSync(part, { force: true });
    // Made first, so that it is never readable by others.
    writeFileSync(part, '', { mode: 0o600 });
    await copyTo(part);
    await chmod(part, 0o600);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return { bytes: statSync(file).size, ms: Math.round(performance.now() - from) };
}

export function refuseExisting(file: string): void {
  if (existsSync(file)) throw new AppError('bad_input', `There is a ${file} already; name another file`);
}

export interface BackedUp {
  readonly store: Erasures;
  readonly rounds: Rounds;
}

/**
 * Once a backup is whole: when it was made is kept in the database, for every process to tell; and the list of
 * deletions is brought up to date beside the file, so that an older backup in the same folder forgets whom it must.
 */
export async function noteBackup({ store, rounds }: BackedUp, file: string, clock: Clock): Promise<void> {
  const now = clock.now();
  await rounds.claim(BACKUP_ROUND, { since: now, now });
  addErasures(join(dirname(file), ERASURES_FILE), await store.erasuresSince(0));
}
