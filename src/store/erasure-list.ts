/**
 * The list of deletions beside the database: a line each, in a file that no backup of the database takes back in
 * time. Whatever a database has forgotten of it is deleted again before anybody speaks to it.
 *
 * The file is written from the database, so a process that died between a deletion and its line writes the line later, and
 * each of several processes has the whole list.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { DoneErasure, Erasures } from '../contracts/erasures.ts';

export const ERASURES_FILE = 'erasures.jsonl';

const lineSchema = z.object({
  receipt: z.string().min(1),
  at: z.number(),
  person: z.string().min(1),
  conversation: z.string().optional(),
});

/** What the file holds; a line that a crash cut off is none. */
export function readErasures(file: string): readonly DoneErasure[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parsed = lineSchema.safeParse(jsonOf(line));
      return parsed.success ? [parsed.data as DoneErasure] : [];
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Adds what the file does not have, on disk when it returns. */
export function addErasures(file: string, erasures: readonly DoneErasure[]): void {
  const known = new Set(readErasures(file).map(({ receipt }) => receipt));
  const missing = erasures.filter(({ receipt }) => !known.has(receipt));
  if (missing.length === 0) return;
  const handle = openSync(file, 'a', 0o600);
  try {
    // A line that was cut off is ended, so that it spoils no other.
    writeSync(handle, `\n${missing.map((erasure) => JSON.stringify(erasure)).join('\n')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Deletes again what this database does not know to be deleted. Safe to repeat. Gives how many there were. */
export async function repeatErasures(store: Erasures, file: string): Promise<number> {
  const known = new Set((await store.erasuresSince(0)).map(({ receipt }) => receipt));
  let repeated = 0;
  for (const erasure of readErasures(file)) {
    if (known.has(erasure.receipt)) continue;
    if ((await store.repeatErasure(erasure)) === 'repeated') repeated += 1;
  }
  return repeated;
}

export interface ErasureList {
  /** To be called before the first word. */
  open(): Promise<number>;
  /** Writes down what was deleted since the last time; cheap when nothing was. */
  note(): Promise<void>;
}

/** Of two processes that write the same file at once a line may stand twice, which does no harm. */
export function createErasureList(store: Erasures, file: string): ErasureList {
  let since = 0;
  const note = async (): Promise<void> => {
    const erasures = await store.erasuresSince(since);
    addErasures(file, erasures);
    // Of the same moment there may be more to come, hence not one later.
    since = erasures.at(-1)?.at ?? since;
  };
  return {
    async open() {
      const repeated = await repeatErasures(store, file);
      await note();
      return repeated;
    },
    note,
  };
}
