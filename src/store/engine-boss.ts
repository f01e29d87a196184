/**
 * The engine for several processes: jobs are rows of pg-boss in the same database, written in the same
 * transaction as what they are about. Like the lanes it owns neither order nor state: handlers look at
 * our own tables, and what a lost job would have woken is found by the sweep.
 *
 * One job a message, never "one is waiting already": that one may be running and have looked too early.
 * `key_strict_fifo` lets one job of a key run at a time, in whatever process. Whoever writes a job begins it at once where
 * nobody works on its key, and ends it in the transaction that finishes the work (`engine-rows.ts`); what is
 * done otherwise is deleted. A handler that throws ends its job as well: a failed job would block its key for ever, so what is
 * left to do is found by the sweep. Only when a process dies does pg-boss hand the job on, ten seconds
 * after the last sign of life.
 */
import { PgBoss, type QueueResult, type Queue as QueueSettings } from 'pg-boss';
import type { Clock } from '../contracts/clock.ts';
import type { Engine, Job, Queue } from '../contracts/engine.ts';
import type { SharedDatabase, Wire } from './backend.ts';
import type { DueScan } from './due.ts';
import { createQueueWork, type QueueWork } from './engine-queue.ts';
import { type Attempt, createJobRows, type Inside } from './engine-rows.ts';
import { createSweeper } from './engine-sweep.ts';
import type { Rounds } from './rounds.ts';

const QUEUES: readonly Queue[] = ['address', 'outbox', 'task'];

const SETTINGS: Omit<QueueSettings, 'name'> = {
  policy: 'key_strict_fifo',
  notify: true,
  // The shortest there is: so long the people of a process that died wait.
  heartbeatSeconds: 10,
  // Counts processes that died over it. Failures are ours, so this is never used up by them.
  retryLimit: 1_000,
  retryDelay: 0,
  retentionSeconds: 24 * 3600,
};

/** How often pg-boss looks for jobs whose process has died. */
const SUPERVISE_SECONDS = 5;

export interface BossEngineParts<Tx> {
  readonly shared: SharedDatabase;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly scan: DueScan;
  readonly rounds: Rounds;
  /** Runs work while no other process installs or changes tables. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly inside: Inside<Tx>;
  readonly onError?: ((job: Job | 'sweep', error: unknown) => void) | undefined;
}

/** Brings pg-boss's own tables up to date, in a schema beside ours, and its queues. */
export async function createBossEngine<Tx extends object>(parts: BossEngineParts<Tx>): Promise<Engine<Tx>> {
  const { shared, clock, scan, rounds, inside, onError } = parts;
  const works = new Map<Queue, QueueWork>();
  const { boss, queues } = await parts.alone(() => startBoss(parts, works));
  const rows = createJobRows({
    schemas: { ours: shared.schema, jobs: schemaOf(shared) },
    queues,
    inside,
    query: (text, values) => shared.query(text, values),
  });
  const sweeper = createSweeper({ clock, scan, rounds, unasked, insert, ...(onError && { onError }) });
  /** Forgotten together with a transaction that is rolled back. */
  const uncommitted = new WeakMap<Tx, Uncommitted>();
  const notesOf = (tx: Tx): Uncommitted => {
    const noted = uncommitted.get(tx) ?? {
      jobs: new Set(),
      begun: [],
      waiting: new Set(),
      finished: [],
      startAt: [],
    };
    uncommitted.set(tx, noted);
    return noted;
  };

  /** Those nobody has a job for. */
  async function unasked(jobs: readonly Job[]): Promise<readonly Job[]> {
    if (jobs.length === 0) return [];
    const { rows } = await shared.query(
      `select name, singleton_key from ${schemaOf(shared)}.job
        where name = any($1) and singleton_key = any($2) and state <= 'active'`,
      [[...new Set(jobs.map(({ queue }) => queue))], jobs.map(({ key }) => key)],
    );
    const asked = new Set(
      (rows as { name: string; singleton_key: string }[]).map((row) => `${row.name}:${row.singleton_key}`),
    );
    return jobs.filter(({ queue, key }) => !asked.has(`${queue}:${key}`));
  }

  async function insert(jobs: readonly Job[]): Promise<void> {
    for (const queue of QUEUES) {
      const mine = jobs.filter((job) => job.queue === queue);
      if (mine.length === 0) continue;
      await boss.insert(
        queue,
        mine.map(({ key }) => ({ singletonKey: key })),
      );
      works.get(queue)?.look();
    }
  }

  async function openJobs(): Promise<number> {
    const { rows } = await shared.query(
      `select count(*) as open from ${schemaOf(shared)}.job where name = any($1) and state <= 'active'`,
      [[...works.keys()]],
    );
    return (rows[0] as { open: number }).open;
  }

  async function quiet(): Promise<void> {
    const isBusy = () => [...works.values()].some((work) => work.isBusy());
    while (isBusy() || (await openJobs()) > 0) {
      for (const work of works.values()) work.look();
      await new Promise((resolve) => setTimeout(resolve, IDLE_LOOK_MS));
    }
  }

  function ended(job: Job, outcome: 'done' | { readonly error: unknown }): void {
    if (outcome === 'done') {
      sweeper.succeeded(job);
    } else {
      sweeper.rest(job);
      onError?.(job, outcome.error);
    }
  }

  return {
    async enqueueInTx(tx, job, options) {
      const noted = notesOf(tx);
      // What is due later stands in our own tables; a million reminders would only be in pg-boss's way.
      if (options?.startAt !== undefined && options.startAt > clock.now()) {
        noted.startAt.push(options.startAt);
        return;
      }
      const { queue, key } = job;
      // What one transaction writes is seen all at once: one job looks at all of it.
      if (noted.jobs.has(`${queue}:${key}`)) return;
      noted.jobs.add(`${queue}:${key}`);
      const begun = await rows.write(tx, job, works.get(queue)?.hasRoom() ?? false);
      if (begun === undefined) noted.waiting.add(queue);
      else noted.begun.push({ job, id: begun });
    },
    async finishInTx(tx, job) {
      const attempt = works.get(job.queue)?.running(job.key);
      if (attempt !== undefined && (await rows.finish(tx, job, attempt))) {
        notesOf(tx).finished.push({ queue: job.queue, attempt });
      }
    },
    afterCommit(tx) {
      const noted = uncommitted.get(tx);
      if (noted === undefined) return;
      uncommitted.delete(tx);
      for (const { queue, attempt } of noted.finished) works.get(queue)?.finished(attempt);
      for (const { job, id } of noted.begun) works.get(job.queue)?.begin(id, job.key);
      for (const at of noted.startAt) sweeper.wakeAt(at);
      for (const queue of noted.waiting) works.get(queue)?.look();
    },
    work(queue, handler) {
      works.get(queue)?.replace(handler);
      if (works.has(queue)) return;
      works.set(
        queue,
        createQueueWork({
          boss,
          queue,
          handler,
          giveBack: (ids) => rows.handBack(queue, ids),
          ended,
          onError,
        }),
      );
    },
    async sweep() {
      sweeper.start();
      for (const work of works.values()) work.open();
      await sweeper.sweep();
    },
    async idle() {
      for (const work of works.values()) work.open();
      do await quiet();
      while ((await sweeper.sweep()) > 0);
    },
    async stop() {
      sweeper.stop();
      await Promise.all([...works.values()].map((work) => work.stop()));
      await sweeper.settled();
      await boss.stop({ graceful: false, close: false });
    },
  };
}

/** What a transaction does to jobs, once it has committed. */
interface Uncommitted {
  /** By queue and key. */
  readonly jobs: Set<string>;
  readonly begun: { readonly job: Job; readonly id: string }[];
  readonly waiting: Set<Queue>;
  readonly finished: { readonly queue: Queue; readonly attempt: Attempt }[];
  readonly startAt: number[];
}

/** Between two looks at what is still open, for commands that wait for the end. */
const IDLE_LOOK_MS = 20;

/** Beside ours, so that its tables and ours never have one name. */
function schemaOf({ schema }: SharedDatabase): string {
  return `${schema === 'public' ? 'gongji' : schema}_jobs`;
}

async function startBoss<Tx>(
  { shared, wire, onError }: BossEngineParts<Tx>,
  works: ReadonlyMap<Queue, QueueWork>,
): Promise<{ readonly boss: PgBoss; readonly queues: ReadonlyMap<Queue, QueueResult> }> {
  const schema = schemaOf(shared);
  const { rows } = await shared.query('select 1 from pg_namespace where nspname = $1', [schema]);
  const boss = new PgBoss({
    db: {
      executeSql: async (text, values) => (await shared.query(text, values)) as { rows: [] },
      // It says which queue has something new to workers of its own, of which there are none.
      listen: async (channel) => ({
        close: await wire.listen(
          channel,
          (queue) => works.get(queue as Queue)?.lookSoon(),
          () => {
            for (const work of works.values()) work.lookSoon();
          },
        ),
      }),
    },
    schema,
    // A role that may not make schemas can be given one.
    createSchema: rows.length === 0,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    useListenNotify: true,
  });
  // An event of this name that nobody hears ends the process.
  boss.on('error', (error) => onError?.('sweep', error));
  await boss.start();
  const queues = new Map<Queue, QueueResult>();
  for (const queue of QUEUES) {
    if ((await boss.getQueue(queue)) === null) await boss.createQueue(queue, SETTINGS);
    queues.set(queue, (await boss.getQueue(queue)) as QueueResult);
  }
  return { boss, queues };
}
