/** What a database says when there is no room left for what it is given, or when its disk does not take it. */
import { AppError } from '../errors.ts';

// Primary result codes of SQLite.
const SQLITE_FULL = 13;
/** Read-only, input/output, corrupt, cannot open, not a database. */
const SQLITE_BROKEN = new Set([8, 10, 11, 14, 26]);
/** Of the system, and disk_full of PostgreSQL. */
const FULL = new Set(['ENOSPC', 'EDQUOT', '53100']);
/** Of the system; of PostgreSQL io_error, data_corrupted, index_corrupted, and read_only_sql_transaction of a standby. */
const BROKEN = new Set(['EIO', 'EROFS', '58030', 'XX001', 'XX002', '25006']);

/** Undefined for everything else. Both pass by themselves once somebody has seen to the disk. */
export function diskTrouble(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, errcode } = thrown as { readonly code?: unknown; readonly errcode?: unknown };
  const sqlite = typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (sqlite === SQLITE_FULL || FULL.has(String(code))) {
    return new AppError(
      'store_full',
      'There is no room left where the database keeps its data; make some, and it goes on by itself.',
      { cause: thrown },
    );
  }
  if ((sqlite !== undefined && SQLITE_BROKEN.has(sqlite)) || BROKEN.has(String(code))) {
    return new AppError(
      'store_broken',
      `The database cannot write to its disk (${sqlite ?? String(code)}); see to the disk or its mount, and it goes on by itself.`,
      { cause: thrown },
    );
  }
  return undefined;
}
