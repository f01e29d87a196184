/**
 * The safety net of several processes: finds in the tables what is due and has no job. It is cast when
 * something becomes due, and every half minute in any case. All processes wake for it, one does it:
 * whoever is first claims the round, and the others only note when they are to wake again.
 */
import type { Clock } from '../contracts/clock.ts';
import type { Job } from '../contracts/engine.ts';
import type { DueScan } from './due.ts';
import type { Rounds } from './rounds.ts';

const ROUND = 'sweep';
const SWEEP_EVERY_MS = 30_000;
/** Between two sweeps while there is more than one takes on. */
const GO_ON_AFTER_MS = 1_000;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** A clock that stands still (in tests) must not make us spin. */
const SHORTEST_WAKE_MS = 25;
/** What setTimeout can hold. */
const LONGEST_WAKE_MS = 2 ** 31 - 1;

export interface SweeperParts {
  readonly clock: Clock;
  readonly scan: DueScan;
  readonly rounds: Rounds;
  /** Those of the jobs that nobody has been asked to do. */
  readonly unasked: (jobs: readonly Job[]) => Promise<readonly Job[]>;
  readonly insert: (jobs: readonly Job[]) => Promise<void>;
  readonly onError?: (job: 'sweep', error: unknown) => void;
}

export interface Sweeper {
  start(): void;
  /** Sweeps now, whoever else did. Gives the number of jobs it has made. */
  sweep(): Promise<number>;
  wakeAt(at: number): void;
  /** A handler threw: what it left undone is looked for again after a pause that doubles. */
  rest(job: Job): void;
  /** A handler came through. */
  succeeded(job: Job): void;
  stop(): void;
  settled(): Promise<void>;
}

export function createSweeper({ clock, scan, rounds, unasked, insert, onError }: SweeperParts): Sweeper {
  /** Jobs whose handler failed, or did nothing about what it was called for; in this process. */
  const resting = new Map<string, { readonly failures: number; readonly until: number }>();
  /** What the sweep before has asked for: found again, it was left undone. */
  let swept = new Set<string>();
  let wake: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  let everySoOften: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  async function sweep(): Promise<number> {
    if (isStopped) return 0;
    const now = clock.now();
    await rounds.claim(ROUND, { since: now + 1, now });
    return cast();
  }

  async function cast(): Promise<number> {
    await scan.fireTimers();
    const due = await scan.jobs();
    const jobs = (await unasked(due)).filter((job) => !leftUndone(job) && !isResting(job));
    await insert(jobs);
    swept = new Set(jobs.map(idOf));
    forgetDone(due);
    if (jobs.length > 0 && due.length >= scan.most) wakeAt(clock.now() + GO_ON_AFTER_MS);
    await noteNext();
    return jobs.length;
  }

  function isResting(job: Job): boolean {
    return clock.now() < (resting.get(idOf(job))?.until ?? 0);
  }

  function leftUndone(job: Job): boolean {
    if (!swept.has(idOf(job))) return false;
    rest(job);
    return true;
  }

  function rest(job: Job): void {
    const failures = (resting.get(idOf(job))?.failures ?? 0) + 1;
    const until = clock.now() + Math.min(FIRST_REST_MS * 2 ** (failures - 1), LONGEST_REST_MS);
    resting.set(idOf(job), { failures, until });
    swept.delete(idOf(job));
    wakeAt(until);
  }

  /** What the tables no longer ask for has nothing to rest from. */
  function forgetDone(due: readonly Job[]): void {
    const asked = new Set(due.map(idOf));
    for (const id of resting.keys()) if (!asked.has(id)) resting.delete(id);
  }

  async function noteNext(): Promise<void> {
    const next = await scan.nextDueAt();
    // What is overdue and still there could not be done; it is not looked for any sooner for that.
    if (next !== undefined && next > clock.now()) wakeAt(next);
  }

  /** Unless somebody else has, since it was wanted. */
  async function takeTurn(since: number): Promise<void> {
    try {
      if (isStopped) return;
      const mine = await rounds.claim(ROUND, { since, now: clock.now() });
      await (mine ? cast() : noteNext());
    } catch (error) {
      // The next one is due in half a minute at the latest.
      if (!isStopped) onError?.('sweep', error);
    }
  }

  function turn(since: number): void {
    running = running.then(() => takeTurn(since));
  }

  function wakeAt(at: number): void {
    if (isStopped || (wake !== undefined && wake.at <= at)) return;
    clearTimeout(wake?.timer);
    const ms = Math.min(Math.max(at - clock.now(), SHORTEST_WAKE_MS), LONGEST_WAKE_MS);
    const timer = setTimeout(() => {
      wake = undefined;
      turn(at);
    }, ms);
    wake = { at, timer: timer.unref() };
  }

  return {
    start() {
      everySoOften ??= setInterval(() => turn(clock.now() - SWEEP_EVERY_MS / 2), SWEEP_EVERY_MS).unref();
    },
    sweep,
    wakeAt,
    rest,
    succeeded: (job) => void resting.delete(idOf(job)),
    stop() {
      isStopped = true;
      clearInterval(everySoOften);
      clearTimeout(wake?.timer);
    },
    settled: async () => void (await running),
  };
}

function idOf({ queue, key }: Job): string {
  return `${queue}:${key}`;
}
