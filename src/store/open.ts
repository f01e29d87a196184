/** Opens the store: the database, its tables, and the engine that works on them. */
import { Kysely } from 'kysely';
import type { Clock, Random } from '../contracts/clock.ts';
import type { Engine, Job } from '../contracts/engine.ts';
import type { KeyProvider } from '../contracts/keys.ts';
import type { Signals } from '../contracts/signals.ts';
import type { Store } from '../contracts/store.ts';
import { AppError } from '../errors.ts';
import { openVault } from './adopt.ts';
import { advice } from './advice.ts';
import { type AuditReport, verifyAudit } from './audit.ts';
import { type Backend, isPostgresUrl, type SharedDatabase, type Wire } from './backend.ts';
import { cases } from './cases.ts';
import { channelLedger } from './channel-ledger.ts';
import { channelsServed } from './channels-served.ts';
import { createContext, type OnDiskTrouble } from './context.ts';
import { desk } from './desk.ts';
import { deskArchive } from './desk-archive.ts';
import { deskSessions } from './desk-sessions.ts';
import { type DueScan, dueRows } from './due.ts';
import { figures } from './figures.ts';
import { createGroupCommit } from './group-commit.ts';
import { installations } from './installations.ts';
import { keyRing } from './keys.ts';
import { createLanes } from './lanes.ts';
import { links } from './links.ts';
import { mailbox } from './mailbox.ts';
import { migrate } from './migrate.ts';
import { officeFeed } from './office-feed.ts';
import { outbox } from './outbox.ts';
import type { Sealing } from './person-keys.ts';
import { personalData } from './personal-data.ts';
import { runsDirectly } from './prepared.ts';
import { recent } from './recent.ts';
import { retention } from './retention.ts';
import { reviewItems } from './review-items.ts';
import { rooms as createRooms } from './rooms.ts';
import { rotation } from './rotation.ts';
import { createRounds, type Rounds } from './rounds.ts';
import { createSignals, NOBODY } from './signals.ts';
import { isSqliteUrl, openSqlite } from './sqlite.ts';
import { betweenTransactions } from './sqlite-connection.ts';
import { staffInbox } from './staff-inbox.ts';
import { statistics } from './statistics.ts';
import type { Db, Tables, Tx } from './tables.ts';
import { tasks } from './tasks.ts';
import { timers } from './timers.ts';
import { turns } from './turn.ts';
import { undelivered } from './undelivered.ts';
import { vault } from './vault.ts';
import { webSessions } from './web-sessions.ts';
import { withdrawals } from './withdrawals.ts';

export type VaultKey = Uint8Array | readonly Uint8Array[] | KeyProvider;

export interface StoreOptions {
  /** `sqlite:///abs/file.sqlite`, `:memory:` (lost at exit) or `postgres://user@host/db`. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * What the persons' own keys are wrapped with: keys of 32 bytes, the last one active, or whoever keeps them. A
   * database can be read with the keys it was written with, and with no others.
   */
  readonly vaultKey: VaultKey;
  /** Told of every handler that threw; the engine tries again by itself. */
  readonly onError?: (job: Job | 'sweep', error: unknown) => void;
  readonly onDiskTrouble?: OnDiskTrouble | undefined;
  /** Connections this process may hold to PostgreSQL, all included; twelve unless given. */
  readonly connections?: number | undefined;
  /**
   * For commands that look something up or write a row: no part is taken in the work of the processes on this
   * database, who find by themselves what was written.
   */
  readonly isVisitor?: boolean;
}

export interface OpenedStore {
  readonly store: Store;
  readonly engine: Engine<Tx>;
  /** To the other processes on this database; reaches nobody where there are none. */
  readonly signals: Signals;
  readonly rounds: Rounds;
  /** Whether this process alone has something, from now until it ends; always so where there is one process only. */
  holdAlone(what: string): Promise<boolean>;
  /** Checks the audit chain of every conversation. */
  verifyAudit(): Promise<AuditReport>;
  /** How far our clock is ahead of that of the database; absent where there is only ours. */
  readonly clockSkewMs?: (() => Promise<number>) | undefined;
  /** Copies the database into a file while it is worked on; absent where it is not a file of ours. */
  readonly copyTo?: ((file: string) => Promise<void>) | undefined;
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
  const keys = providerOf(options);
  const backend = await openBackend(options);
  const db: Db = new Kysely<Tables>({ dialect: backend.dialect });
  if (backend.one !== undefined) runsDirectly(db, betweenTransactions(backend.one));
  if (backend.shared !== undefined) runsDirectly(db, backend.shared.run);
  let wire: Wire | undefined;
  try {
    await migrate(db, backend.lockMigrations, options.clock);
    const { clock, random } = options;
    const sealing = await openVault({ db, keys, clock, random, lock: backend.lockMigrations });
    if (options.isVisitor !== true) wire = await backend.shared?.openWire();
    return await assemble(options, backend, { db, sealing, wire });
  } catch (error) {
    await wire?.close();
    await db.destroy();
    throw error;
  }
}

function providerOf({ vaultKey, random }: StoreOptions): KeyProvider {
  if ('wrap' in vaultKey) return vaultKey;
  const keys = vaultKey instanceof Uint8Array ? [vaultKey] : vaultKey;
  return keyRing(() => keys, random);
}

/** @throws AppError as `openStore` */
export async function openBackend({
  url,
  connections,
}: Pick<StoreOptions, 'url' | 'connections'>): Promise<Backend> {
  if (isSqliteUrl(url)) return openSqlite(url);
  if (isPostgresUrl(url)) {
    // Its driver and its queue are a tenth of all code; an embedded store does without.
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(url, { connections });
  }
  throw new AppError(
    'bad_config',
    'The store address is neither SQLite nor PostgreSQL; expected for instance sqlite:///var/lib/gongji/gongji.sqlite or postgres://gongji@localhost/gongji.',
  );
}

interface Foundation {
  readonly db: Db;
  readonly sealing: Sealing;
  readonly wire: Wire | undefined;
}

async function assemble(
  options: StoreOptions,
  backend: Backend,
  { db, sealing, wire }: Foundation,
): Promise<OpenedStore> {
  const { clock, random } = options;
  const rounds = createRounds(db);
  // The engine finds work through the store and the store wakes the engine; timers are the knot.
  const scan = { ...dueRows(db, clock), fireTimers: () => fireTimers() };
  const engine = await createEngine(options, backend, { db, scan, rounds, wire });
  const group = backend.one && createGroupCommit(backend.one);
  const transact = group?.transact ?? backend.shared?.transact;
  const context = createContext({ db, clock, random, engine, transact }, options.onDiskTrouble);
  const rooms = createRooms(context);
  const fireTimers = timers(context, rooms);
  const signals =
    wire === undefined || backend.shared === undefined
      ? NOBODY
      : await createSignals(wire, backend.shared.schema);

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= engine
      .stop()
      .then(() => group?.settled())
      .then(() => wire?.close())
      .then(() => db.destroy());
    return closing;
  };
  const store: Store = {
    ...mailbox(context, rooms),
    ...turns(context, rooms),
    ...outbox(context, rooms),
    ...undelivered(context, rooms),
    ...channelLedger(context),
    ...channelsServed(context),
    ...tasks(context, rooms),
    ...vault(context, sealing, rooms),
    ...personalData(context, sealing, rooms),
    ...rotation(context, sealing.keys, rooms),
    ...retention(context, rooms),
    ...links(context, rooms),
    ...cases(context, rooms),
    ...desk(context, rooms),
    ...deskSessions(context, rooms),
    ...installations(context, sealing),
    ...advice(context, rooms),
    ...deskArchive(context),
    ...officeFeed(context, rooms),
    ...withdrawals(context, rooms),
    ...reviewItems(context),
    ...staffInbox(context),
    ...webSessions(context),
    ...statistics(context),
    ...figures(context),
    ...recent(context),
    describe: () => backend.description,
    close,
  };
  const { copyTo, shared } = backend;
  const clockSkewMs = shared && (() => skewOf(shared, clock));
  return {
    store,
    engine,
    signals,
    rounds,
    holdAlone: async (what) => wire?.holdAlone(what) ?? true,
    verifyAudit: () => verifyAudit(db),
    clockSkewMs,
    copyTo,
    close,
    db,
  };
}

async function skewOf(shared: SharedDatabase, clock: Clock): Promise<number> {
  const before = clock.now();
  const { rows } = await shared.query('select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms');
  const [{ ms }] = rows as [{ readonly ms: number }];
  return (before + clock.now()) / 2 - ms;
}

/** Within this process where it is the only one, else in the database. */
async function createEngine(
  { clock, onError }: StoreOptions,
  { shared, lockMigrations }: Backend,
  { db, scan, rounds, wire }: Pick<Foundation, 'db' | 'wire'> & { scan: DueScan; rounds: Rounds },
): Promise<Engine<Tx>> {
  if (shared === undefined || wire === undefined) return createLanes<Tx>({ clock, scan, onError });
  const { createBossEngine } = await import('./engine-boss.ts');
  return createBossEngine<Tx>({
    shared,
    wire,
    clock,
    scan,
    rounds,
    onError,
    alone: (work) =>
      db.transaction().execute(async (tx) => {
        await lockMigrations(tx);
        return work();
      }),
    inside: shared.inside,
  });
}
