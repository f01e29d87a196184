/**
 * The engine within one process. A lane is a key of a queue that has something to do: it runs one
 * handler at a time, lanes run side by side, and a lane that is called while it runs runs once more.
 * Nothing is remembered that the tables do not say as well: lost with the process, found by the sweep.
 *
 * A lane is queued -> running -> gone. When its handler throws, or a sweep finds work its handler
 * left undone, the lane rests for a while that doubles each time; a commit that calls it ends the rest.
 */
import type { Clock } from '../contracts/clock.ts';
import type { Engine, Handler, Job, Queue } from '../contracts/engine.ts';
import type { DueScan } from './due.ts';

/** Of each queue: enough to hide a slow channel or office, few enough to keep the database calm. */
const LANES_AT_ONCE = 8;
const SWEEP_EVERY_MS = 30_000;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** A clock that stands still (in tests) must not make us spin. */
const SHORTEST_WAKE_MS = 25;
/** What setTimeout can hold. */
const LONGEST_WAKE_MS = 2 ** 31 - 1;

export interface LaneOptions {
  readonly clock: Clock;
  readonly scan: DueScan;
  /** Told of every handler that threw, and of a sweep that could not read; the work itself is tried again. */
  readonly onError?: ((job: Job | 'sweep', error: unknown) => void) | undefined;
}

interface Lane {
  readonly job: Job;
  state: 'resting' | 'queued' | 'running';
  /** Called while it ran. */
  again: boolean;
  /** Found undone by the first sweep: the process before may have died over it. */
  takenOver: boolean;
  /** Started by a sweep, not by a commit: if the next sweep finds it again, it did nothing. */
  swept: boolean;
  failures: number;
  restsUntil: number;
}

interface Enqueued {
  readonly job: Job;
  readonly startAt: number | undefined;
}

export function createLanes<Tx extends object>({ clock, scan, onError }: LaneOptions): Engine<Tx> {
  const handlers = new Map<Queue, Handler>();
  const lanes = new Map<string, Lane>();
  const queued = new Map<Queue, Lane[]>();
  const running = new Map<Queue, number>();
  /** Forgotten together with a transaction that is rolled back. */
  const uncommitted = new WeakMap<Tx, Enqueued[]>();
  let waiters: (() => void)[] = [];
  let wake: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  let everySoOften: NodeJS.Timeout | undefined;
  let startedBySweeps = 0;
  let hasSwept = false;
  let stopped = false;

  // === Running

  function call(job: Job, by: 'commit' | 'sweep'): void {
    if (stopped || !handlers.has(job.queue)) return;
    const id = `${job.queue}:${job.key}`;
    let lane = lanes.get(id);
    if (lane === undefined) {
      lane = {
        job,
        state: 'resting',
        again: false,
        takenOver: false,
        swept: false,
        failures: 0,
        restsUntil: 0,
      };
      lanes.set(id, lane);
    }
    if (by === 'commit') {
      if (lane.state === 'running') lane.again = true;
      else if (lane.state === 'resting') enqueue(lane, false);
    } else if (lane.state === 'resting') callAgain(lane);
  }

  function callAgain(lane: Lane): void {
    if (clock.now() < lane.restsUntil) return;
    lane.takenOver = !hasSwept;
    if (lane.swept) rest(lane);
    else {
      enqueue(lane, true);
      startedBySweeps += 1;
    }
  }

  function enqueue(lane: Lane, swept: boolean): void {
    lane.state = 'queued';
    lane.swept = swept;
    const { queue } = lane.job;
    const line = queued.get(queue) ?? [];
    queued.set(queue, line);
    line.push(lane);
    pump(queue);
  }

  function pump(queue: Queue): void {
    const line = queued.get(queue) ?? [];
    while (line.length > 0 && (running.get(queue) ?? 0) < LANES_AT_ONCE) {
      void run(line.shift() as Lane);
    }
  }

  async function run(lane: Lane): Promise<void> {
    const { queue, key } = lane.job;
    const isTakenOver = lane.takenOver;
    lane.takenOver = false;
    lane.state = 'running';
    lane.again = false;
    running.set(queue, (running.get(queue) ?? 0) + 1);
    try {
      await handlers.get(queue)?.(key, { isTakenOver });
      if (!lane.swept) lane.failures = 0;
    } catch (error) {
      lane.swept = false;
      rest(lane);
      onError?.(lane.job, error);
    } finally {
      running.set(queue, (running.get(queue) ?? 1) - 1);
      settle(lane);
    }
  }

  function settle(lane: Lane): void {
    lane.state = 'resting';
    if (lane.again && !stopped) enqueue(lane, false);
    else if (lane.failures === 0 && !lane.swept) lanes.delete(`${lane.job.queue}:${lane.job.key}`);
    pump(lane.job.queue);
    if (!isQuiet()) return;
    for (const resolve of waiters) resolve();
    waiters = [];
  }

  function rest(lane: Lane): void {
    lane.swept = false;
    const ms = Math.min(FIRST_REST_MS * 2 ** lane.failures, LONGEST_REST_MS);
    lane.failures += 1;
    lane.restsUntil = clock.now() + ms;
    wakeAt(lane.restsUntil);
  }

  function isQuiet(): boolean {
    return (
      [...running.values()].every((count) => count === 0) &&
      [...queued.values()].every((line) => line.length === 0)
    );
  }

  async function quiet(): Promise<void> {
    if (!isQuiet()) await new Promise<void>((resolve) => waiters.push(resolve));
  }

  // === Finding

  async function sweep(): Promise<void> {
    if (stopped) return;
    await scan.fireTimers();
    const jobs = await scan.jobs();
    for (const job of jobs) call(job, 'sweep');
    hasSwept = true;
    forgetDone(jobs);
    const next = await scan.nextDueAt();
    if (next !== undefined) wakeAt(next);
  }

  /** A resting lane the tables no longer ask for has nothing to rest from. */
  function forgetDone(found: readonly Job[]): void {
    const asked = new Set(found.map((job) => `${job.queue}:${job.key}`));
    for (const [id, lane] of lanes) if (lane.state === 'resting' && !asked.has(id)) lanes.delete(id);
  }

  async function sweepUnasked(): Promise<void> {
    try {
      await sweep();
    } catch (error) {
      // The next one is due in half a minute at the latest.
      if (!stopped) onError?.('sweep', error);
    }
  }

  function wakeAt(at: number): void {
    if (stopped || (wake !== undefined && wake.at <= at)) return;
    clearTimeout(wake?.timer);
    const ms = Math.min(Math.max(at - clock.now(), SHORTEST_WAKE_MS), LONGEST_WAKE_MS);
    const timer = setTimeout(() => {
      wake = undefined;
      void sweepUnasked();
    }, ms);
    wake = { at, timer: timer.unref() };
  }

  return {
    async enqueueInTx(tx, job, options) {
      const jobs = uncommitted.get(tx) ?? [];
      uncommitted.set(tx, jobs);
      jobs.push({ job, startAt: options?.startAt });
    },
    // There is no row of it anywhere.
    finishInTx: async () => {},
    afterCommit(tx) {
      for (const { job, startAt } of uncommitted.get(tx) ?? []) {
        if (startAt !== undefined && startAt > clock.now()) wakeAt(startAt);
        else call(job, 'commit');
      }
      uncommitted.delete(tx);
    },
    work(queue, handler) {
      handlers.set(queue, handler);
      everySoOften ??= setInterval(() => void sweepUnasked(), SWEEP_EVERY_MS).unref();
    },
    sweep,
    async idle() {
      for (let before = -1; before !== startedBySweeps || !isQuiet(); ) {
        before = startedBySweeps;
        await quiet();
        await sweep();
      }
    },
    async stop() {
      stopped = true;
      clearInterval(everySoOften);
      clearTimeout(wake?.timer);
      queued.clear();
      await quiet();
    },
  };
}
