/**
 * Asks from time to time whether something happened at the office, and wakes whoever listens. Reading
 * the changes stays with the listener, whose cursor is the one that counts; here is only remembered
 * how far it has read and what it was already woken for.
 */
import type { Timers } from './retry.ts';

/** News of an office are measured in minutes; a citizen who waits before the page should not notice. */
export const POLL_MS = 3_000;

export interface Poll {
  onChange(wake: () => void): void;
  /** An act of ours was done, so there is something to read. */
  wakeNow(): void;
  hasRead(seq: number): void;
  stop(): void;
}

export function createPoll(options: {
  readonly timers: Timers;
  /** A number beyond the given one, if there is any. Its trouble is told by the reader, not from here. */
  readonly newest: (after: number) => Promise<number | undefined>;
}): Poll {
  const wakes: (() => void)[] = [];
  let seen = 0;
  let cancel: (() => void) | undefined;
  let isStopped = false;

  const wakeNow = () => {
    for (const wake of wakes) wake();
  };
  const look = async () => {
    const newest = await options.newest(seen).catch(() => undefined);
    if (isStopped) return;
    if (newest !== undefined && newest > seen) {
      seen = newest;
      wakeNow();
    }
    next();
  };
  const next = () => {
    cancel = options.timers.after(POLL_MS, () => void look());
  };

  return {
    onChange(wake) {
      wakes.push(wake);
      if (wakes.length === 1) next();
    },
    wakeNow,
    hasRead: (seq) => {
      seen = Math.max(seen, seq);
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}
