/**
 * One queue of pg-boss worked off in this process: runs what this process has written itself, takes as many
 * other jobs as it has hands for, and deletes what is done before it takes more. pg-boss's own workers are not used,
 * because they finish a batch before they take the next: one slow office would hold up all who wait.
 *
 * It looks for jobs when this process has written one it could not begin, a little later when another one has, when a hand
 * is free again and there may be more, and every so often in any case. What was begun here and ended with its own
 * transaction needs no looking at all.
 */
import type { Job as BossJob, PgBoss } from 'pg-boss';
import type { Handler, Job, Queue } from '../contracts/engine.ts';
import type { Attempt } from './engine-rows.ts';

/** Enough to hide a slow channel or office, few enough to keep the database calm. */
const HANDS = 8;
/** Begun while all hands are full; nothing a turn waits for takes long. What waits for a channel or an office is left to others. */
const AT_THE_DOOR: Readonly<Record<Queue, number>> = { address: 8, outbox: 0, task: 0 };
/** Whoever wrote a job takes it first; the others need not all ask in the same moment. */
const SOON_MS = 25;
/** A job behind another of its key is announced by nobody once that one is done elsewhere. */
const LOOK_EVERY_MS = 500;
/** With nothing to do for a while. */
const LOOK_IDLY_EVERY_MS = 2_000;
const IDLE_AFTER_MS = 5_000;
/** Twice of it is well within the ten seconds after which a process counts as dead. */
const SIGN_OF_LIFE_EVERY_MS = 3_000;

export interface QueueWork {
  /** Before this, nothing is taken: the channels may not be open yet. */
  open(): void;
  look(): void;
  lookSoon(): void;
  /** Whether a job that is written now may be begun here. */
  hasRoom(): boolean;
  /** Runs a job that this process has written and begun; the others of its key, if any, come first. */
  begin(id: string, key: string): void;
  /** The attempt at this key that runs here. */
  running(key: string): Attempt | undefined;
  /** Its job has ended with a transaction and is to be deleted no more. */
  finished(attempt: Attempt): void;
  isBusy(): boolean;
  replace(handler: Handler): void;
  /** Takes no more and waits for what runs. */
  stop(): Promise<void>;
}

export interface QueueWorkParts {
  readonly boss: PgBoss;
  readonly queue: Queue;
  readonly handler: Handler;
  /** Lets others do what was begun here and not run. */
  readonly giveBack: (ids: readonly string[]) => Promise<void>;
  /** Told how a handler ended. */
  readonly ended: (job: Job, outcome: 'done' | { readonly error: unknown }) => void;
  readonly onError?: ((job: 'sweep', error: unknown) => void) | undefined;
}

type Fetched = BossJob<object> & { readonly singletonKey: string | null };

interface Claim extends Attempt {
  readonly key: string;
  /** Its first sign of life was its beginning. */
  readonly since: number;
  isFinished: boolean;
}

export function createQueueWork(parts: QueueWorkParts): QueueWork {
  const { boss, queue, handler, giveBack, ended, onError } = parts;
  let handle = handler;
  const running = new Map<string, Claim>();
  /** By key; of one key, what came last. */
  const runs = new Map<string, Promise<void>>();
  let atTheDoor: Claim[] = [];
  let done: Claim[] = [];
  let looking: Promise<void> | undefined;
  let isWanted = false;
  /** There may be more than there were hands for. */
  let isMore = false;
  let isOpen = false;
  let isStopped = false;
  /** The database cannot be reached; told once. */
  let isDown = false;
  let lastBusyAt = performance.now();
  let next: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  const signs = setInterval(() => void signOfLife(), SIGN_OF_LIFE_EVERY_MS).unref();

  // === Looking

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
      isMore = free <= 0;
      if (isMore || isStopped) return;
      const jobs = (await boss.fetch(queue, { batchSize: free, includeMetadata: true })) as Fetched[];
      for (const { id, retryCount, singletonKey } of jobs) {
        start({ id, retryCount, key: singletonKey ?? '', since: performance.now(), isFinished: false });
      }
      if (jobs.length > 0) lastBusyAt = performance.now();
      isMore = jobs.length === free;
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

  // === Running

  function start(claim: Claim): void {
    const { id, key } = claim;
    running.set(id, claim);
    const run = (runs.get(key) ?? Promise.resolve())
      .then(() => work(key, claim.retryCount > 0))
      .finally(() => {
        running.delete(id);
        if (runs.get(key) === run) runs.delete(key);
        if (!claim.isFinished) done.push(claim);
        goOn();
      });
    runs.set(key, run);
  }

  /** A hand is free: for whoever stands at the door, else for what may be there to be fetched. */
  function goOn(): void {
    const first = atTheDoor.shift();
    if (first !== undefined) start(first);
    if (done.length > 0 || (isMore && running.size < HANDS)) look();
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
    const old = performance.now() - SIGN_OF_LIFE_EVERY_MS;
    const mine = [...running.values(), ...atTheDoor].filter(
      (claim) => !claim.isFinished && claim.since < old,
    );
    if (mine.length === 0) return;
    // Missed once or twice is no harm, and if the database is away there is nobody to count us dead.
    await boss.touch(queue, mine.map(attempt)).catch(() => {});
  }

  /** Written by a transaction that was under way when we were told to stop: others need not wait for a sign of life. */
  async function handBack(claims: readonly Claim[]): Promise<void> {
    if (claims.length > 0) await giveBack(claims.map(({ id }) => id)).catch(() => {});
  }

  return {
    open() {
      isOpen = true;
      look();
    },
    look,
    lookSoon() {
      lastBusyAt = performance.now();
      lookIn(SOON_MS);
    },
    hasRoom: () => isOpen && !isStopped && running.size + atTheDoor.length < HANDS + AT_THE_DOOR[queue],
    begin(id, key) {
      const claim = { id, key, retryCount: 0, since: performance.now(), isFinished: false };
      if (isStopped) void handBack([claim]);
      else if (running.size < HANDS) start(claim);
      else atTheDoor.push(claim);
    },
    running: (key) => [...running.values()].find((claim) => claim.key === key && !claim.isFinished),
    finished({ id }) {
      const claim = running.get(id);
      if (claim !== undefined) claim.isFinished = true;
    },
    isBusy: () => running.size + atTheDoor.length > 0,
    replace(other) {
      handle = other;
      look();
    },
    async stop() {
      isStopped = true;
      clearTimeout(next?.timer);
      const waiting = atTheDoor;
      atTheDoor = [];
      await handBack(waiting);
      await looking;
      await Promise.all(runs.values());
      clearInterval(signs);
      await deleteDone().catch(() => {});
    },
  };
}

/** Names this attempt only: a job that was handed on meanwhile is left alone. */
function attempt({ id, retryCount }: Attempt): Attempt {
  return { id, retryCount };
}
