/**
 * One queue of pg-boss worked off in this process: takes as many jobs as it has hands for, runs each by
 * itself, and deletes what is done before it takes more. pg-boss's own workers are not used, because
 * they finish a batch before they take the next: one slow office would hold up all who wait.
 *
 * It looks when this process has written a job, a little later when another one has, whenever a hand
 * is free again, and every so often in any case.
 */
import type { Job as BossJob, PgBoss } from 'pg-boss';
import type { Handler, Job, Queue } from '../contracts/engine.ts';

/** Enough to hide a slow channel or office, few enough to keep the database calm. */
const HANDS = 8;
/** Whoever wrote a job takes it first; the others need not all ask in the same moment. */
const SOON_MS = 25;
/** A job behind another of its key is announced by nobody once that one is done elsewhere. */
const LOOK_EVERY_MS = 500;
/** With nothing to do for a while. */
const LOOK_IDLY_EVERY_MS = 2_000;
const IDLE_AFTER_MS = 5_000;
/** Well within the ten seconds after which a process counts as dead. */
const SIGN_OF_LIFE_EVERY_MS = 3_000;

export interface QueueWork {
  /** Before this, nothing is taken: the channels may not be open yet. */
  open(): void;
  look(): void;
  lookSoon(): void;
  replace(handler: Handler): void;
  /** Takes no more and waits for what runs. */
  stop(): Promise<void>;
}

export interface QueueWorkParts {
  readonly boss: PgBoss;
  readonly queue: Queue;
  readonly handler: Handler;
  /** Told how a handler ended. */
  readonly ended: (job: Job, outcome: 'done' | { readonly error: unknown }) => void;
  readonly onError?: ((job: 'sweep', error: unknown) => void) | undefined;
}

type Claim = BossJob<object> & { readonly singletonKey: string | null };

export function createQueueWork({ boss, queue, handler, ended, onError }: QueueWorkParts): QueueWork {
  let handle = handler;
  const running = new Map<string, Claim>();
  const runs = new Set<Promise<void>>();
  let done: Claim[] = [];
  let looking: Promise<void> | undefined;
  let isWanted = false;
  let isOpen = false;
  let isStopped = false;
  /** The database cannot be reached; told once. */
  let isDown = false;
  let lastBusyAt = performance.now();
  let next: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  const signs = setInterval(() => void signOfLife(), SIGN_OF_LIFE_EVERY_MS).unref();

  function look(): void {
    isWanted = true;
    if (!isOpen || isStopped || looking !== undefined) return;
    looking = takeAll().finally(() => {
      looking = undefined;
      const idle = performance.now() - lastBusyAt > IDLE_AFTER_MS;
      if (isWanted && !isDown) look();
      else lookIn(idle || isDown ? LOOK_IDLY_EVERY_MS : LOOK_EVERY_MS);
    });
  }

  function lookIn(ms: number): void {
    const at = performance.now() + ms;
    if (!isOpen || isStopped || (next !== undefined && next.at <= at)) return;
    clearTimeout(next?.timer);
    const timer = setTimeout(() => {
      next = undefined;
      look();
    }, ms);
    next = { at, timer: timer.unref() };
  }

  async function takeAll(): Promise<void> {
    isWanted = false;
    try {
      await deleteDone();
      const free = HANDS - running.size;
      if (free <= 0 || isStopped) return;
      const claims = (await boss.fetch(queue, { batchSize: free, includeMetadata: true })) as Claim[];
      for (const claim of claims) start(claim);
      // All hands full from what there was: there may be more when one is free, which looks by itself.
      if (claims.length > 0) lastBusyAt = performance.now();
      isDown = false;
    } catch (error) {
      if (!isDown) onError?.('sweep', error);
      isDown = true;
    }
  }

  /** Those that cannot be deleted now are handed on as if we had died, and then found to be done. */
  async function deleteDone(): Promise<void> {
    const mine = done;
    done = [];
    if (mine.length > 0) await boss.deleteJob(queue, mine.map(attempt));
  }

  function start(claim: Claim): void {
    running.set(claim.id, claim);
    const run = work(claim.singletonKey ?? '', claim.retryCount > 0).finally(() => {
      running.delete(claim.id);
      runs.delete(run);
      done.push(claim);
      look();
    });
    runs.add(run);
  }

  async function work(key: string, isTakenOver: boolean): Promise<void> {
    try {
      await handle(key, { isTakenOver });
      ended({ queue, key }, 'done');
    } catch (error) {
      ended({ queue, key }, { error });
    }
  }

  async function signOfLife(): Promise<void> {
    if (running.size === 0) return;
    // Missed once or twice is no harm, and if the database is away there is nobody to count us dead.
    await boss.touch(queue, [...running.values()].map(attempt)).catch(() => {});
  }

  return {
    open() {
      isOpen = true;
      look();
    },
    look,
    lookSoon: () => lookIn(SOON_MS),
    replace(other) {
      handle = other;
      look();
    },
    async stop() {
      isStopped = true;
      clearTimeout(next?.timer);
      await looking;
      await Promise.all(runs);
      clearInterval(signs);
      await deleteDone().catch(() => {});
    },
  };
}

/** Names this attempt only: a job that was handed on meanwhile is left alone. */
function attempt({ id, retryCount }: Claim): { id: string; retryCount: number } {
  return { id, retryCount };
}
