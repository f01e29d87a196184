/** Opens the store: the database, its tables, and the engine that works on them. */
import { Kysely } from 'kysely';
import type { Clock, Random } from '../contracts/clock.ts';
import type { Engine, Job } from '../contracts/engine.ts';
import type { Store } from '../contracts/store.ts';
import { AppError } from '../errors.ts';
import { type AuditReport, verifyAudit } from './audit.ts';
import type { Backend } from './backend.ts';
import { cases } from './cases.ts';
import { createContext } from './context.ts';
import { dueRows } from './due.ts';
import { createLanes } from './lanes.ts';
import { links } from './links.ts';
import { mailbox } from './mailbox.ts';
import { migrate } from './migrate.ts';
import { officeFeed } from './office-feed.ts';
import { outbox } from './outbox.ts';
import { personalData } from './personal-data.ts';
import { isPostgresUrl, openPostgres } from './postgres.ts';
import { reviewItems } from './review-items.ts';
import { rooms as createRooms } from './rooms.ts';
import { createSeal } from './seal.ts';
import { isSqliteUrl, openSqlite } from './sqlite.ts';
import { staffInbox } from './staff-inbox.ts';
import type { Db, Tables, Tx } from './tables.ts';
import { tasks } from './tasks.ts';
import { timers } from './timers.ts';
import { turns } from './turn.ts';
import { checkVaultKey, vault } from './vault.ts';
import { withdrawals } from './withdrawals.ts';

export interface StoreOptions {
  /** `sqlite:///abs/file.sqlite`, `:memory:` (lost at exit) or `postgres://user@host/db`. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /** 32 bytes. Persons can be read with the very key they were written with, and with no other. */
  readonly vaultKey: Uint8Array;
  /** Told of every handler that threw; the engine tries again by itself. */
  readonly onError?: (job: Job | 'sweep', error: unknown) => void;
}

export interface OpenedStore {
  readonly store: Store;
  readonly engine: Engine<Tx>;
  /** Checks the audit chain of every conversation. */
  verifyAudit(): Promise<AuditReport>;
  /** Waits for the handlers that run, then lets go of the database. May be called twice. */
  close(): Promise<void>;
  /** @internal the tables themselves, for tests and the benchmark */
  readonly db: Db;
}

/**
 * Opens the database, brings its tables up to date and checks that the vault key fits.
 * Nothing runs until handlers are registered with `engine.work` and `engine.sweep` is called.
 * @throws AppError `store_locked` (another process has the file), `bad_config`, `vault_key_missing`
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const seal = createSeal(options.vaultKey, options.random);
  const backend = await openBackend(options.url);
  const db: Db = new Kysely<Tables>({ dialect: backend.dialect });
  try {
    await migrate(db, backend.lockMigrations, options.clock);
    await checkVaultKey(db, seal);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return assemble(options, backend, db, seal);
}

async function openBackend(url: string): Promise<Backend> {
  if (isSqliteUrl(url)) return openSqlite(url);
  if (isPostgresUrl(url)) return openPostgres(url);
  throw new AppError(
    'bad_config',
    'The store address is neither SQLite nor PostgreSQL; expected for instance sqlite:///var/lib/gongji/gongji.sqlite or postgres://gongji@localhost/gongji.',
  );
}

function assemble(
  { clock, random, onError }: StoreOptions,
  backend: Backend,
  db: Db,
  seal: ReturnType<typeof createSeal>,
): OpenedStore {
  // The engine finds work through the store and the store wakes the engine; timers are the knot.
  const scan = { ...dueRows(db, clock), fireTimers: () => fireTimers() };
  const engine = createLanes<Tx>({ clock, scan, onError });
  const context = createContext({ db, clock, random, engine });
  const rooms = createRooms(context);
  const fireTimers = timers(context, rooms);

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= engine.stop().then(() => db.destroy());
    return closing;
  };
  const store: Store = {
    ...mailbox(context, rooms),
    ...turns(context, rooms),
    ...outbox(context),
    ...tasks(context, rooms),
    ...vault(context, seal, rooms),
    ...personalData(context, rooms),
    ...links(context, rooms),
    ...cases(context, rooms),
    ...officeFeed(context, rooms),
    ...withdrawals(context, rooms),
    ...reviewItems(context),
    ...staffInbox(context),
    describe: () => backend.description,
    close,
  };
  return { store, engine, verifyAudit: () => verifyAudit(db), close, db };
}
