/**
 * Whether the store takes what it is given. Writable -> troubled with the first transaction its disk refuses -> writable
 * again when a trial write succeeds, which is tried every two seconds. While troubled, nothing new is taken at the front
 * door, since what cannot be answered should not be accepted, and nothing is delivered, since what cannot be
 * marked as sent would be sent again and again. With little room left, new messages are refused a little earlier: what was
 * accepted shall still find room for its answer.
 *
 * A full disk is no reason to restart: the process would not come up again. So `/readyz` says no, `/healthz` yes.
 */
import { statfsSync } from 'node:fs';
import type { Clock } from './contracts/clock.ts';
import type { AppError } from './errors.ts';
import {
  DISK_FREE_LEAST_BYTES,
  DISK_FREE_WARN_BYTES,
  DISK_LOOK_EVERY_MS,
  STORE_TRY_EVERY_MS,
} from './limits.ts';
import type { Log } from './log.ts';

export type DiskCode = 'store_full' | 'store_broken';

export interface Room {
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

export interface DiskWatch {
  /** To be told of every transaction the disk would not take. */
  failed(error: AppError): void;
  /** Since when the store has not been writable, and why; absent while it is. */
  readonly trouble: { readonly code: DiskCode; readonly since: number } | undefined;
  /** Why no new message is taken now. */
  refusal(): DiskCode | undefined;
  /** Of the data folder, as last looked; absent when the data are elsewhere. */
  readonly room: Room | undefined;
  readonly isLow: boolean;
  /** From now on looks by itself. `tryWrite` rejects while the store is not writable. */
  look(tryWrite: () => Promise<unknown>): void;
  stop(): void;
}

export interface DiskWatchParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Where the embedded database lies; absent: the database is a server of its own. */
  readonly folder?: string | undefined;
  readonly roomOf?: (folder: string) => Room | undefined;
}

export function createDiskWatch({ clock, log, folder, roomOf = roomOn }: DiskWatchParts): DiskWatch {
  let trouble: DiskWatch['trouble'];
  let room: Room | undefined;
  let tryWrite: (() => Promise<unknown>) | undefined;
  let trying: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  let isStopped = false;

  const lookAtRoom = (): void => {
    room = folder === undefined ? undefined : roomOf(folder);
  };
  const isNearlyFull = (): boolean => room !== undefined && room.freeBytes < DISK_FREE_LEAST_BYTES;

  function tryLater(): void {
    if (tryWrite === undefined || isStopped) return;
    trying = setTimeout(() => void tryAgain(), STORE_TRY_EVERY_MS).unref();
  }

  async function tryAgain(): Promise<void> {
    lookAtRoom();
    try {
      // A trial is small; with no room for more it would succeed and mean nothing.
      if (trouble?.code === 'store_full' && isNearlyFull()) return tryLater();
      await tryWrite?.();
    } catch {
      return tryLater();
    }
    if (trouble === undefined) return;
    const { code, since } = trouble;
    trouble = undefined;
    log.event('store.recovered', { code, ms: clock.now() - since });
  }

  lookAtRoom();
  return {
    failed({ code }) {
      if (trouble !== undefined || (code !== 'store_full' && code !== 'store_broken')) return;
      trouble = { code, since: clock.now() };
      lookAtRoom();
      log.event('store.trouble', {
        code,
        folder: folder ?? 'PostgreSQL',
        ...(room === undefined ? {} : { freeBytes: room.freeBytes }),
      });
      tryLater();
    },
    get trouble() {
      return trouble;
    },
    refusal: () => trouble?.code ?? (isNearlyFull() ? 'store_full' : undefined),
    get room() {
      return room;
    },
    get isLow() {
      return room !== undefined && room.freeBytes < DISK_FREE_WARN_BYTES;
    },
    look(write) {
      tryWrite = write;
      looking ??= setInterval(lookAtRoom, DISK_LOOK_EVERY_MS).unref();
      if (trouble !== undefined) tryLater();
    },
    stop() {
      isStopped = true;
      clearTimeout(trying);
      clearInterval(looking);
    },
  };
}

/** What is left to us, not to root. Undefined where the system does not say. */
export function roomOn(folder: string): Room | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
