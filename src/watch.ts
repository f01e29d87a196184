/**
 * Tells when a folder has changed. The system is asked to say so, and the folder is looked through
 * every two seconds as well: network drives and some containers say nothing.
 */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Editors save in several steps; so long must it be quiet before the folder is read. */
const QUIET_MS = 250;
const LOOK_EVERY_MS = 2_000;

export interface Watch {
  close(): void;
}

/**
 * Calls `onChange` after changes have come to rest; never twice at once, and again when something
 * changed meanwhile.
 */
export function watchFolder(dir: string, onChange: () => Promise<void>): Watch {
  let quiet: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isStale = false;
  let isClosed = false;
  let last: string | undefined;

  function stir(): void {
    if (isClosed) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => void run(), QUIET_MS).unref();
  }

  async function run(): Promise<void> {
    if (isBusy) {
      isStale = true;
      return;
    }
    isBusy = true;
    isStale = false;
    try {
      last = await lookOf(dir);
      if (!isClosed) await onChange();
    } finally {
      isBusy = false;
      if (isStale) stir();
    }
  }

  async function look(): Promise<void> {
    const now = await lookOf(dir);
    if (last !== undefined && now !== last) stir();
    last = now;
  }

  const watcher = listen(dir, stir);
  const looking = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  void look();
  return {
    close() {
      isClosed = true;
      clearTimeout(quiet);
      clearInterval(looking);
      watcher?.close();
    },
  };
}

/** Undefined where the system cannot watch; the looking through remains. */
function listen(dir: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, { recursive: true, persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** Names, sizes and times of all files; empty when the folder is away. */
async function lookOf(dir: string): Promise<string> {
  try {
    const names = (await readdir(dir, { recursive: true })).sort();
    const files = await Promise.all(
      names.map(async (name) => {
        const found = await stat(join(dir, name)).catch(() => undefined);
        return `${name}:${found?.size}:${found?.mtimeMs}`;
      }),
    );
    return files.join('\n');
  } catch {
    return '';
  }
}
