/** The end of everything stored: what is older than the period of its class goes, in short transactions. */
import { type RawBuilder, sql } from 'kysely';
import type { ClassState, Retention } from '../contracts/retention.ts';
import { DATA_CLASSES, type DataClassId } from '../domain/data-class.ts';
import type { StoreContext } from './context.ts';
import { HOUSE_CHAIN } from './house-chain.ts';
import { toInstant } from './parse.ts';
import { SHELVES, type Shelf } from './retention-classes.ts';
import type { Rooms } from './rooms.ts';
import type { Db } from './tables.ts';

const DAY_MS = 24 * 3_600_000;
/** So few that no turn waits long behind them. */
const ROWS_AT_ONCE = 200;
const LAST_RUN = 'retention_run';

export function retention(context: StoreContext, rooms: Rooms): Retention {
  const { db, clock, inTx } = context;

  async function note(removed: { readonly [name: string]: number }): Promise<void> {
    await inTx(async (tx) => {
      const { auditN: n } = await rooms.takeNumbers(tx, HOUSE_CHAIN, { lines: 0, audits: 1 });
      const action = 'retention.removed';
      await rooms.appendAudit(tx, {
        conversation: HOUSE_CHAIN,
        n,
        actor: 'assistant',
        action,
        data: removed,
      });
    });
  }

  return {
    async ages(periods) {
      const now = clock.now();
      const shelves = await Promise.all(
        SHELVES.map((shelf) => lookAt(db, shelf, now - periods[shelf.class] * DAY_MS)),
      );
      return DATA_CLASSES.map((id) => together(id, shelves));
    },
    async expire(periods) {
      const now = clock.now();
      const removed = Object.fromEntries(DATA_CLASSES.map((id) => [id, 0])) as Record<DataClassId, number>;
      for (const shelf of SHELVES) {
        removed[shelf.class] += await clear(context, shelf, now - periods[shelf.class] * DAY_MS);
      }
      await note(removed);
      return removed;
    },
    async claimDailyRun() {
      const now = clock.now();
      const last = await db
        .selectFrom('settings')
        .select('value')
        .where('name', '=', LAST_RUN)
        .executeTakeFirst();
      if (last !== undefined && now - Number(last.value) < DAY_MS) return false;
      // Of several that saw the same last run, the first to replace it has the day.
      const claimed = await db
        .insertInto('settings')
        .values({ name: LAST_RUN, value: String(now) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ value: String(now) })
            .where('settings.value', '=', last?.value ?? ''),
        )
        .executeTakeFirst();
      return (claimed.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
  };
}

// === Looking

interface Looked {
  readonly class: DataClassId;
  readonly rows: number;
  readonly oldest: number | null;
  readonly overdue: number;
  readonly held: number;
}

async function lookAt(db: Db, shelf: Shelf, cutoff: number): Promise<Looked> {
  const { rows } = await sql<Record<'n' | 'overdue' | 'held', number> & { oldest: number | null }>`
    select count(*) as n, min(${shelf.at}) as oldest,
      count(case when ${isOld(shelf, cutoff)} and not ${shelf.held} then 1 end) as overdue,
      count(case when ${isOld(shelf, cutoff)} and ${shelf.held} then 1 end) as held
    from ${shelf.from} as t`.execute(db);
  const row = rows[0] as (typeof rows)[number];
  return {
    class: shelf.class,
    rows: Number(row.n),
    oldest: row.oldest === null ? null : Number(row.oldest),
    overdue: Number(row.overdue),
    held: Number(row.held),
  };
}

const isOld = (shelf: Shelf, cutoff: number): RawBuilder<unknown> => sql`${shelf.at} < ${sql.lit(cutoff)}`;

function together(id: DataClassId, all: readonly Looked[]): ClassState {
  const shelves = all.filter((shelf) => shelf.class === id);
  const sum = (key: 'rows' | 'overdue' | 'held') => shelves.reduce((total, shelf) => total + shelf[key], 0);
  const oldest = shelves.flatMap((shelf) => (shelf.oldest === null ? [] : [shelf.oldest]));
  return {
    class: id,
    rows: sum('rows'),
    ...(oldest.length === 0 ? {} : { oldest: toInstant(Math.min(...oldest)) }),
    overdue: sum('overdue'),
    held: sum('held'),
  };
}

// === Removing

async function clear({ inTx }: StoreContext, shelf: Shelf, cutoff: number): Promise<number> {
  const columns = sql.join(shelf.key.map((column) => sql.ref(`t.${column}`)));
  const some = sql<Record<string, string | number>>`select ${columns} from ${shelf.from} as t
    where ${isOld(shelf, cutoff)} and not ${shelf.held} limit ${sql.lit(ROWS_AT_ONCE)}`;
  let removed = 0;
  for (;;) {
    const n = await inTx(async (tx) => {
      if (shelf.remove !== undefined) {
        const { rows } = await some.execute(tx);
        const keys = rows.map((row) => String(row[shelf.key[0] as string]));
        if (keys.length > 0) await shelf.remove(tx, keys);
        return keys.length;
      }
      const key = sql.join(shelf.key.map((column) => sql.ref(column)));
      const gone = await sql`delete from ${shelf.from} where (${key}) in (${some})`.execute(tx);
      return Number(gone.numAffectedRows ?? 0);
    });
    removed += n;
    if (n < ROWS_AT_ONCE) return removed;
  }
}
