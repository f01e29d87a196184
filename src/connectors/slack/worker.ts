/** Does what was written down: at once what came in here, and every few seconds what nobody finished. */
import type { Clock } from '../../contracts/clock.ts';
import type { StaffInbox, StaffItem } from '../../contracts/staff-inbox.ts';
import { AppError } from '../../errors.ts';
import { SlackError } from './client.ts';
import { SOURCE } from './door.ts';
import { fromRow, type Gesture } from './gesture.ts';

const SWEEP_MS = 5000;
const MOST_AT_ONCE = 20;
/** Of the half minute a row is ours, what leaves time to do it. */
const FRESH_MS = 15_000;
const MOST_ATTEMPTS = 5;
const FIRST_REST_MS = 2000;

/** What a handler knows of the item beside the gesture. `id` is the key of every act done for it. */
export interface Occasion {
  readonly id: string;
  readonly ageMs: number;
}

export interface WorkerParts {
  readonly inbox: StaffInbox;
  readonly clock: Clock;
  readonly handle: (gesture: Gesture, occasion: Occasion) => Promise<void>;
  readonly onFailure: (kind: string, code: string) => void;
  /** Tells the person that nothing came of it. */
  readonly onGivenUp: (gesture: Gesture) => Promise<void>;
}

export interface Worker {
  work(item: StaffItem): void;
  start(): void;
  /** Takes up what is due; for tests and the start. */
  sweep(): Promise<void>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function createWorker({ inbox, clock, handle, onFailure, onGivenUp }: WorkerParts): Worker {
  const running = new Set<Promise<void>>();
  const waiting: { readonly item: StaffItem; readonly since: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function work(item: StaffItem): void {
    if (isStopped) return;
    if (running.size < MOST_AT_ONCE) run(item);
    else waiting.push({ item, since: clock.now() });
  }

  function run(item: StaffItem): void {
    const done: Promise<void> = attempt(item).finally(() => {
      running.delete(done);
      runNext();
    });
    running.add(done);
  }

  /** One that has waited for too long may be somebody else's by now: it is left to the sweep. */
  function runNext(): void {
    while (!isStopped && running.size < MOST_AT_ONCE) {
      const next = waiting.shift();
      if (next === undefined) return;
      if (clock.now() - next.since < FRESH_MS) run(next.item);
    }
  }

  async function attempt(item: StaffItem): Promise<void> {
    const gesture = fromRow(item.payload);
    try {
      if (gesture !== undefined) {
        await handle(gesture, { id: item.id, ageMs: clock.now() - Date.parse(item.receivedAt) });
      }
      await inbox.settleStaffItem(SOURCE, item.id);
    } catch (error) {
      await failed(item, gesture, error).catch(() => onFailure('row', 'store_busy'));
    }
  }

  async function failed(item: StaffItem, gesture: Gesture | undefined, error: unknown): Promise<void> {
    onFailure(gesture?.kind ?? 'unreadable', codeOf(error));
    const canPass = error instanceof AppError && error.retry === 'later';
    if (canPass && item.attempts + 1 < MOST_ATTEMPTS) {
      const restMs = error instanceof SlackError ? error.retryAfterMs : undefined;
      const dueAt = clock.now() + (restMs ?? FIRST_REST_MS * 2 ** item.attempts);
      return inbox.failStaffItem(SOURCE, item.id, codeOf(error), dueAt);
    }
    await inbox.failStaffItem(SOURCE, item.id, codeOf(error));
    if (gesture !== undefined) await onGivenUp(gesture).catch(() => {});
  }

  async function sweep(): Promise<void> {
    if (isStopped) return;
    const room = MOST_AT_ONCE - running.size - waiting.length;
    if (room <= 0) return;
    for (const item of await inbox.takeStaffItems(SOURCE, room)) work(item);
  }

  return {
    work,
    sweep,
    start() {
      const look = () => void sweep().catch(() => onFailure('sweep', 'store_busy'));
      look();
      timer = setInterval(look, SWEEP_MS).unref();
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      while (running.size > 0) await Promise.all(running);
    },
  };
}

export function codeOf(error: unknown): string {
  if (error instanceof SlackError) return error.slack;
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
