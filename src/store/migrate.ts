/**
 * Brings the tables to the state this code knows, however many processes start at once.
 *
 * Two versions of the program work side by side while it is being updated, so a migration adds: tables, columns
 * that may be null or have a default, indexes. Whatever the version before reads or writes stays as it
 * was. Only when no process of that version is left may a later migration take it away, and its name
 * ends in `.breaking`: versions that do not know it then refuse to start, instead of going wrong.
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../contracts/clock.ts';
import { AppError } from '../errors.ts';
import * as firstTables from './migrations/0001-first-tables.ts';
import * as withdrawals from './migrations/0002-withdrawals.ts';
import * as reviewItems from './migrations/0003-review-items.ts';
import * as channelLedger from './migrations/0004-channel-ledger.ts';
import * as desk from './migrations/0005-desk.ts';
import * as staffInbox from './migrations/0006-staff-inbox.ts';
import * as personKeys from './migrations/0007-person-keys.breaking.ts';
import * as rounds from './migrations/0008-rounds.ts';
import * as advice from './migrations/0009-advice.ts';
import * as deskSessions from './migrations/0010-desk-sessions.ts';
import * as deadRows from './migrations/0011-dead-rows.ts';
import * as statistics from './migrations/0011-statistics.ts';
import * as installations from './migrations/0012-installations.ts';
import * as webSessions from './migrations/0013-web-sessions.ts';
import * as channelsServed from './migrations/0014-channels-served.ts';
import * as channelOffers from './migrations/0028-channel-offers.ts';
import type { Db, Tx } from './tables.ts';

export interface Migration {
  readonly name: string;
  readonly up: (db: Kysely<unknown>) => Promise<void>;
}

/** In order; add at the end, never change one that was released. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-first-tables', up: firstTables.up },
  { name: '0002-withdrawals', up: withdrawals.up },
  { name: '0003-review-items', up: reviewItems.up },
  { name: '0004-channel-ledger', up: channelLedger.up },
  { name: '0005-desk', up: desk.up },
  { name: '0006-staff-inbox', up: staffInbox.up },
  // Breaking: what is sealed from now on the versions before cannot open.
  { name: '0007-person-keys.breaking', up: personKeys.up },
  { name: '0008-rounds', up: rounds.up },
  { name: '0010-desk-sessions', up: deskSessions.up },
  { name: '0009-advice', up: advice.up },
  { name: '0011-dead-rows', up: deadRows.up },
  { name: '0011-statistics', up: statistics.up },
  { name: '0012-installations', up: installations.up },
  { name: '0013-web-sessions', up: webSessions.up },
  { name: '0014-channels-served', up: channelsServed.up },
  { name: '0028-channel-offers', up: channelOffers.up },
];

const BREAKING = '.breaking';

/**
 * Runs what is missing, all of it in one transaction.
 * @param lock holds back every other process until the transaction ends
 * @param known what this version of the program knows
 * @throws AppError `bad_config` when a newer version has taken away what this one needs
 */
export async function migrate(
  db: Db,
  lock: (tx: Tx) => Promise<void>,
  clock: Clock,
  known: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lock(tx);
    const done = await namesDone(tx);
    refuseBroken(done, known);
    for (const { name, up } of known.filter((migration) => !done.has(migration.name))) {
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

function refuseBroken(done: ReadonlySet<string>, known: readonly Migration[]): void {
  const names = new Set(known.map((migration) => migration.name));
  const breaking = [...done].filter((name) => !names.has(name) && name.endsWith(BREAKING));
  if (breaking.length === 0) return;
  throw new AppError(
    'bad_config',
    `A newer version has changed the database in a way this version cannot work with (${breaking.join(', ')}); start the version that did, or a newer one.`,
  );
}
