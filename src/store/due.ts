/** What the tables say is to be done: the other half of the engine, which itself remembers nothing. */

import { sql } from 'kysely';
import type { Clock } from '../contracts/clock.ts';
import type { Job } from '../contracts/engine.ts';
import { prepared } from './prepared.ts';
import type { Db } from './tables.ts';

/** What one sweep takes on; the next one finds the rest. */
const ROWS_AT_ONCE = 500;

export interface DueScan {
  /** As many jobs found mean that there may be more. */
  readonly most: number;
  /** Turns timers whose time has come into inbox items; they wake their conversations like any message. */
  fireTimers(): Promise<void>;
  /** Everything that could be done now. */
  jobs(): Promise<readonly Job[]>;
  /** When the next row becomes due; undefined when none will by itself. */
  nextDueAt(): Promise<number | undefined>;
}

type Rows = Omit<DueScan, 'fireTimers'>;

export function dueRows(db: Db, clock: Clock): Rows {
  const { addresses, parts, tasks, nextPart, nextTask, nextTimer } = statements(db);
  return {
    most: ROWS_AT_ONCE,
    async jobs() {
      const now = clock.now();
      const [inbox, outbox, open] = await Promise.all([
        addresses(db, {}),
        parts(db, { now }),
        tasks(db, { now }),
      ]);
      return [
        ...inbox.rows.map((row): Job => ({ queue: 'address', key: row.key })),
        ...outbox.rows.map((row): Job => ({ queue: 'outbox', key: row.key })),
        ...open.rows.map((row): Job => ({ queue: 'task', key: row.key })),
      ];
    },
    async nextDueAt() {
      const now = clock.now();
      const found = await Promise.all([nextPart(db, { now }), nextTask(db, { now }), nextTimer(db, {})]);
      const times = found.flatMap(({ rows }) => rows.map((row) => row.due_at));
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

function statements(db: Db) {
  return {
    addresses: prepared((_: object) =>
      db
        .selectFrom('inbox')
        .select('conversation_id as key')
        .distinct()
        .where('closed_at', 'is', null)
        .limit(sql.lit(ROWS_AT_ONCE)),
    ),
    parts: prepared((p: { now: number }) =>
      db
        .selectFrom('outbox')
        .select('conversation_id as key')
        .distinct()
        .where('closed_at', 'is', null)
        .where('state', '=', 'pending')
        .where('due_at', '<=', p.now)
        // Behind a part that waits for its next try, nothing is due.
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('outbox as earlier')
                .select('earlier.key')
                .whereRef('earlier.conversation_id', '=', 'outbox.conversation_id')
                .whereRef('earlier.position', '<', 'outbox.position')
                .where('earlier.closed_at', 'is', null)
                .where('earlier.state', '=', 'pending')
                .where('earlier.due_at', '>', p.now),
            ),
          ),
        )
        .limit(sql.lit(ROWS_AT_ONCE)),
    ),
    tasks: prepared((p: { now: number }) =>
      db
        .selectFrom('tasks')
        .select('id as key')
        .where('settled_at', 'is', null)
        .where('due_at', '<=', p.now)
        .orderBy('due_at')
        .limit(sql.lit(ROWS_AT_ONCE)),
    ),
    nextPart: prepared((p: { now: number }) =>
      db
        .selectFrom('outbox')
        .select('due_at')
        .where('closed_at', 'is', null)
        .where('state', '=', 'pending')
        .where('due_at', '>', p.now)
        .orderBy('due_at')
        .limit(sql.lit(1)),
    ),
    nextTask: prepared((p: { now: number }) =>
      db
        .selectFrom('tasks')
        .select('due_at')
        .where('settled_at', 'is', null)
        .where('due_at', '>', p.now)
        .orderBy('due_at')
        .limit(sql.lit(1)),
    ),
    nextTimer: prepared((_: object) =>
      db
        .selectFrom('timers')
        .select('due_at')
        .where('fired_at', 'is', null)
        .orderBy('due_at')
        .limit(sql.lit(1)),
    ),
  };
}
