/**
 * The engine for several processes: jobs are rows of pg-boss in the same database, written in the same
 * transaction as what they are about. Like the lanes it owns neither order nor state: handlers look at
 * our own tables, and what a lost job would have woken is found by the sweep.
 *
 * One job a message, never "one is waiting already": that one may be running and have looked too early.
 * `key_strict_fifo` lets one job of a key run at a time, in whatever process. A job that is done is
 * deleted. A handler that throws ends its job as well: a failed job would block its key for ever, so what is
 * left to do is found by the sweep. Only when a process dies does pg-boss hand the job on, ten seconds
 * after the last sign of life.
 */
import { PgBoss, type Queue as QueueSettings } from 'pg-boss';
import type { Clock } from '../contracts/clock.ts';
import type { Engine, Job, Queue } from '../contracts/engine.ts';
import type { SharedDatabase, Wire } from './backend.ts';
import type { DueScan } from './due.ts';
import { createQueueWork, type QueueWork } from './engine-queue.ts';
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
  /** Runs SQL inside a transaction of ours. */
  readonly inside: (tx: Tx, text: string, values: readonly unknown[]) => Promise<{ rows: unknown[] }>;
  readonly onError?: ((job: Job | 'sweep', error: unknown) => void) | undefined;
}

/** Brings pg-boss's own tables up to date, in a schema beside ours, and its queues. */
export async function createBossEngine<Tx extends object>(parts: BossEngineParts<Tx>): Promise<Engine<Tx>> {
  const { shared, clock, scan, rounds, inside, onError } = parts;
  const works = new Map<Queue, QueueWork>();
  const boss = await parts.alone(() => startBoss(parts, works));
  const sweeper = createSweeper({ clock, scan, rounds, unasked, insert, ...(onError && { onError }) });
  /** Forgotten together with a transaction that is rolled back. */
  const uncommitted = new WeakMap<Tx, { queues: Set<Queue>; startAt: number[] }>();

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
    while ((await openJobs()) > 0) {
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
    async enqueueInTx(tx, { queue, key }, options) {
      const noted = uncommitted.get(tx) ?? { queues: new Set<Queue>(), startAt: [] };
      uncommitted.set(tx, noted);
      // What is due later stands in our own tables; a million reminders would only be in pg-boss's way.
      if (options?.startAt !== undefined && options.startAt > clock.now()) {
        noted.startAt.push(options.startAt);
        return;
      }
      noted.queues.add(queue);
      const db = { executeSql: (text: string, values?: unknown[]) => inside(tx, text, values ?? []) };
      await boss.send(queue, {}, { singletonKey: key, db });
    },
    afterCommit(tx) {
      const noted = uncommitted.get(tx);
      if (noted === undefined) return;
      uncommitted.delete(tx);
      for (const at of noted.startAt) sweeper.wakeAt(at);
      for (const queue of noted.queues) works.get(queue)?.look();
    },
    work(queue, handler) {
      works.get(queue)?.replace(handler);
      if (works.has(queue)) return;
      works.set(queue, createQueueWork({ boss, queue, handler, ended, onError }));
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

/** Between two looks at what is still open, for commands that wait for the end. */
const IDLE_LOOK_MS = 20;

/** Beside ours, so that its tables and ours never have one name. */
function schemaOf({ schema }: SharedDatabase): string {
  return `${schema === 'public' ? 'gongji' : schema}_jobs`;
}

async function startBoss<Tx>(
  { shared, wire, onError }: BossEngineParts<Tx>,
  works: ReadonlyMap<Queue, QueueWork>,
): Promise<PgBoss> {
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
  for (const queue of QUEUES) {
    if ((await boss.getQueue(queue)) === null) await boss.createQueue(queue, SETTINGS);
    // Asks about each queue once: what pg-boss does not know yet it would look up in the middle of a
    // transaction of ours, on a second connection, which may be waiting for the first.
    await boss.getBlockedKeys(queue);
  }
  return boss;
}
