/** What waits, counted along the indexes of open rows. */
import { sql } from 'kysely';
import { CASE_AGES, type Figures, type StoreFigures } from '../contracts/figures.ts';
import type { ChannelId } from '../domain/conversation.ts';
import type { StoreContext } from './context.ts';
import { MIGRATIONS } from './migrate.ts';
import { BACKUP_ROUND } from './rounds.ts';
import type { Db } from './tables.ts';

const HOUR_MS = 3_600_000;
/** Upper ends of `CASE_AGES`, in the same order. */
const AGE_ENDS_MS = [HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS, Number.POSITIVE_INFINITY] as const;

export function figures({ db, clock }: StoreContext): Figures {
  return {
    async ping() {
      await sql`select 1`.execute(db);
    },
    async figures() {
      const now = clock.now();
      const [inbox, outbox, tasks, timers, staffItems, cases, windows, migrations, backup] =
        await Promise.all([
          inboxFigures(db),
          outboxFigures(db, now),
          taskFigures(db),
          timerFigures(db),
          staffFigures(db),
          caseFigures(db, now),
          windowFigures(db, now),
          migrationState(db),
          backupFigure(db),
        ]);
      return { inbox, outbox, tasks, timers, staffItems, cases, windows, migrations, ...backup };
    },
  };
}

async function inboxFigures(db: Db): Promise<StoreFigures['inbox']> {
  const open = await db
    .selectFrom('inbox')
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.min('received_at').as('oldest')])
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  const dead = await db
    .selectFrom('inbox')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    // Written out: a partial index is used only when the statement itself says the condition.
    .where('dead', '=', sql.lit(1))
    .executeTakeFirst();
  return { waiting: count(open), ...since('oldestAt', open?.oldest), dead: count(dead) };
}

async function outboxFigures(db: Db, now: number): Promise<StoreFigures['outbox']> {
  const states = await db
    .selectFrom('outbox')
    .select(['state'])
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.min('due_at').as('oldest')])
    .where('closed_at', 'is', null)
    .groupBy('state')
    .execute();
  const dead = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', '=', sql.lit('dead'))
    .executeTakeFirst();
  const of = (state: string) => states.find((row) => row.state === state);
  const oldest = of('pending')?.oldest;
  return {
    pending: count(of('pending')),
    parked: count(of('parked')),
    dead: count(dead),
    ...since('oldestAt', oldest !== undefined && oldest <= now ? oldest : undefined),
  };
}

async function taskFigures(db: Db): Promise<StoreFigures['tasks']> {
  const row = await db
    .selectFrom('tasks')
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.min('due_at').as('oldest')])
    .where('settled_at', 'is', null)
    .executeTakeFirst();
  return { open: count(row), ...since('oldestDueAt', row?.oldest) };
}

async function timerFigures(db: Db): Promise<StoreFigures['timers']> {
  const row = await db
    .selectFrom('timers')
    .select('due_at')
    .where('fired_at', 'is', null)
    .orderBy('due_at')
    .limit(sql.lit(1))
    .executeTakeFirst();
  return since('oldestDueAt', row?.due_at);
}

async function staffFigures(db: Db): Promise<StoreFigures['staffItems']> {
  const row = await db
    .selectFrom('staff_items')
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.min('received_at').as('oldest')])
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  return { waiting: count(row), ...since('oldestAt', row?.oldest) };
}

async function caseFigures(db: Db, now: number): Promise<StoreFigures['cases']> {
  const rows = await db
    .selectFrom('cases')
    .select(['opened_at', 'owner', 'first_answer_at', 'answer_due_at', 'resolve_due_at'])
    .where('closed_at', 'is', null)
    .execute();
  const open = Object.fromEntries(CASE_AGES.map((age) => [age, 0])) as Record<
    (typeof CASE_AGES)[number],
    number
  >;
  for (const { opened_at } of rows) {
    const index = AGE_ENDS_MS.findIndex((end) => now - opened_at < end);
    open[CASE_AGES[index] ?? 'over_3d'] += 1;
  }
  const isPast = (due: number | null) => due !== null && due < now;
  return {
    open,
    unassigned: rows.filter(({ owner }) => owner === null).length,
    firstAnswerLate: rows.filter((row) => row.first_answer_at === null && isPast(row.answer_due_at)).length,
    resolutionLate: rows.filter((row) => isPast(row.resolve_due_at)).length,
  };
}

async function windowFigures(db: Db, now: number): Promise<StoreFigures['windows']> {
  const rows = await db
    .selectFrom('channel_windows')
    .select(['channel', 'kind'])
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('until', '>', now)
    .where('messages', '>', 0)
    .groupBy(['channel', 'kind'])
    .execute();
  return rows.map(({ channel, kind, n }) => ({ channel: channel as ChannelId, kind, open: Number(n) }));
}

async function backupFigure(db: Db): Promise<Pick<StoreFigures, 'backupAt'>> {
  const row = await db.selectFrom('rounds').select('at').where('name', '=', BACKUP_ROUND).executeTakeFirst();
  return since('backupAt', row?.at);
}

async function migrationState(db: Db): Promise<StoreFigures['migrations']> {
  const rows = await db.selectFrom('schema_migrations').select('name').execute();
  const done = new Set(rows.map(({ name }) => name));
  if (MIGRATIONS.some(({ name }) => !done.has(name))) return 'older';
  return rows.length > MIGRATIONS.length ? 'newer' : 'current';
}

const count = (row: { readonly n: number } | undefined): number => Number(row?.n ?? 0);

function since<K extends string>(key: K, at: number | null | undefined): { readonly [key in K]?: number } {
  return (at === null || at === undefined ? {} : { [key]: Number(at) }) as never;
}
