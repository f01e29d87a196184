/** Brings the tables to the state this code knows, however many processes start at once. */
import type { Kysely } from 'kysely';
import type { Clock } from '../contracts/clock.ts';
import { AppError } from '../errors.ts';
import * as firstTables from './migrations/0001-first-tables.ts';
import * as withdrawals from './migrations/0002-withdrawals.ts';
import * as reviewItems from './migrations/0003-review-items.ts';
import * as staffInbox from './migrations/0006-staff-inbox.ts';
import type { Db, Tx } from './tables.ts';

interface Migration {
  readonly name: string;
  readonly up: (db: Kysely<unknown>) => Promise<void>;
}

/** In order; add at the end, never change one that was released. */
const MIGRATIONS: readonly Migration[] = [
  { name: '0001-first-tables', up: firstTables.up },
  { name: '0002-withdrawals', up: withdrawals.up },
  { name: '0003-review-items', up: reviewItems.up },
  { name: '0006-staff-inbox', up: staffInbox.up },
];

/**
 * Runs what is missing, all of it in one transaction.
 * @param lock holds back every other process until the transaction ends
 * @throws AppError `bad_config` when the tables were written by a newer version
 */
export async function migrate(db: Db, lock: (tx: Tx) => Promise<void>, clock: Clock): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lock(tx);
    const done = await namesDone(tx);
    refuseNewer(done);
    for (const { name, up } of MIGRATIONS.filter((migration) => !done.has(migration.name))) {
      await up(tx as unknown as Kysely<unknown>);
      await tx.insertInto('schema_migrations').values({ name, at: clock.now() }).execute();
    }
  });
}

async function namesDone(tx: Tx): Promise<ReadonlySet<string>> {
  await tx.schema
    .createTable('schema_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  const rows = await tx.selectFrom('schema_migrations').select('name').execute();
  return new Set(rows.map((row) => row.name));
}

function refuseNewer(done: ReadonlySet<string>): void {
  const known = new Set(MIGRATIONS.map((migration) => migration.name));
  const foreign = [...done].filter((name) => !known.has(name));
  if (foreign.length === 0) return;
  throw new AppError(
    'bad_config',
    `The database has migrations this version does not know (${foreign.join(', ')}); start the version that wrote it, or a newer one.`,
  );
}
