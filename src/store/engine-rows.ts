/**
 * The one place that writes pg-boss's table itself. A job that this process can begin at once is born active: it looks as if
 * pg-boss had written it and we had fetched it, so that every process, of whatever version, treats it as such. It
 * costs one statement in a transaction that is held anyway, instead of three of their own and a word to all processes.
 *
 * `key_strict_fifo` has a unique index of what is active, which decides: when somebody works on the key, the job is an
 * ordinary one, waits in line, and all are told. A test compares both forms with what the pinned pg-boss writes.
 */
import { createHash } from 'node:crypto';
import type { QueueResult } from 'pg-boss';
import type { Job, Queue } from '../contracts/engine.ts';

/** Runs SQL inside a transaction of ours. */
export type Inside<Tx> = (
  tx: Tx,
  text: string,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly unknown[] }>;

/** One attempt at a job: another process that takes it over counts on. */
export interface Attempt {
  readonly id: string;
  readonly retryCount: number;
}

export interface JobRows<Tx> {
  /** @returns its id when the job was begun, which it is only where `mayBegin` and nobody works on the key */
  write(tx: Tx, job: Job, mayBegin: boolean): Promise<string | undefined>;
  /**
   * Ends the job with the transaction, unless there is something left to do about its key.
   * @returns whether it ends
   */
  finish(tx: Tx, job: Job, attempt: Attempt): Promise<boolean>;
  /** What was begun here and not run becomes an ordinary job. */
  handBack(queue: Queue, ids: readonly string[]): Promise<void>;
}

interface Schemas {
  /** Of our own tables. */
  readonly ours: string;
  /** Of pg-boss's. */
  readonly jobs: string;
}

export interface JobRowsParts<Tx> {
  readonly schemas: Schemas;
  /** As pg-boss keeps them. */
  readonly queues: ReadonlyMap<Queue, QueueResult>;
  readonly inside: Inside<Tx>;
  readonly query: (text: string, values: readonly unknown[]) => Promise<unknown>;
}

export function createJobRows<Tx>({ schemas, queues, inside, query }: JobRowsParts<Tx>): JobRows<Tx> {
  const statements = new Map([...queues].map(([queue, kept]) => [queue, statementsOf(queue, kept, schemas)]));
  const of = (queue: Queue) => statements.get(queue) as ReturnType<typeof statementsOf>;
  return {
    async write(tx, { queue, key }, mayBegin) {
      const { rows } = await inside(tx, of(queue).write, [queue, key, mayBegin]);
      return (rows[0] as { readonly begun: string | null } | undefined)?.begun ?? undefined;
    },
    async finish(tx, { queue, key }, { id, retryCount }) {
      const { rows } = await inside(tx, of(queue).finish, [queue, key, id, retryCount]);
      return rows.length > 0;
    },
    async handBack(queue, ids) {
      await query(of(queue).handBack, [queue, ids]);
    },
  };
}

function statementsOf(queue: Queue, kept: QueueResult, schemas: Schemas) {
  const table = `${schemas.jobs}.${kept.table}`;
  const told = `pg_notify('${channelOf(schemas.jobs)}', $1)`;
  const { names, values } = columnsOf(kept);
  return {
    // One statement, which may go with the commit. A star would keep it from being prepared, see `postgres-statements.ts`.
    write: `with begun as (
        insert into ${table} (name, singleton_key, ${names}, state, started_on, heartbeat_on)
        select $1, $2, ${values}, 'active', now(), now() where $3::boolean
        on conflict do nothing
        returning id
      ), waiting as (
        insert into ${table} (name, singleton_key, ${names})
        select $1, $2, ${values} where not exists (select from begun)
        returning id
      )
      select (select id from begun) as begun, (select ${told} from waiting) as told`,
    // The attempt is named, so that a job that was taken over meanwhile is left alone.
    finish: `delete from ${table}
      where name = $1 and id = $3 and retry_count = $4 and state = 'active'
        and not exists (${undone(schemas.ours)[queue]})
      returning id`,
    handBack: `with back as (
        update ${table} set state = 'created', started_on = null, heartbeat_on = null
        where name = $1 and id = any($2::uuid[]) and state = 'active' and retry_count = 0
        returning id
      )
      select ${told} from back limit 1`,
  };
}

/** What there still is to do about the key $2, as the handler of the queue would find it now or later. */
const undone = (schema: string): Readonly<Record<Queue, string>> => ({
  address: `select 1 from "${schema}".inbox where conversation_id = $2 and closed_at is null`,
  outbox: `select 1 from "${schema}".outbox where conversation_id = $2 and closed_at is null and state = 'pending'`,
  task: `select 1 from "${schema}".tasks where id = $2 and settled_at is null`,
});

/** What is the same for all jobs of a queue. */
function columnsOf(queue: QueueResult): { readonly names: string; readonly values: string } {
  const columns = {
    data: "'{}'::jsonb",
    priority: '0',
    start_after: 'now()',
    created_on: 'now()',
    keep_until: `now() + interval '${queue.retentionSeconds} seconds'`,
    expire_seconds: String(queue.expireInSeconds),
    deletion_seconds: String(queue.deleteAfterSeconds),
    retry_limit: String(queue.retryLimit),
    retry_delay: String(queue.retryDelay),
    retry_backoff: String(queue.retryBackoff),
    policy: `'${queue.policy}'`,
    heartbeat_seconds: String(queue.heartbeatSeconds),
  };
  return { names: Object.keys(columns).join(', '), values: Object.values(columns).join(', ') };
}

/** Where pg-boss says which queue has something new. */
function channelOf(schema: string): string {
  return `pgboss_${createHash('sha224').update(schema).digest('hex').slice(0, 24)}`;
}
