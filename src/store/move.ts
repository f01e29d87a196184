/**
 * All that is kept, table by table: out of one database, into a file or another database, and back. One
 * transaction reads and one writes, so what arrives is of one moment, and whole or not at all. What was
 * written is read again and compared by counts and sums before it is made to last.
 *
 * Persons stay sealed: the vault key has to go with the data by another way.
 */
import { createHash } from 'node:crypto';
import { Kysely, sql } from 'kysely';
import type { Clock } from '../contracts/clock.ts';
import { AppError } from '../errors.ts';
import type { Backend } from './backend.ts';
import type { TableShape } from './catalogue.ts';
import { MIGRATIONS, migrate } from './migrate.ts';
import { openBackend } from './open.ts';
import { openSqlite } from './sqlite.ts';
import type { Db, Tables, Tx } from './tables.ts';

const PAGE = 500;
/** Rows written at once: SQLite takes some thirty thousand values a statement. */
const ROWS_AT_ONCE = 200;
/** Written by the migrations of each database itself, or of use only while processes work on it. */
const LEFT_OUT: ReadonlySet<string> = new Set(['schema_migrations', 'rounds']);
const FORMAT = 1;

export type Row = Readonly<Record<string, string | number | null>>;

/** How many rows a table had, and a sum over them that does not depend on their order. */
export interface TableSum {
  readonly rows: number;
  readonly sum: string;
}
export type Sums = { readonly [table: string]: TableSum };

export interface Database {
  /** Reads everything as of one moment. Servers may go on meanwhile. */
  read(take: (table: string, rows: readonly Row[]) => Promise<void>): Promise<Sums>;
  /**
   * Writes everything `give` hands over, compares, and only then makes it last.
   * @param give hands rows to `put`, and gives the sums they had where they came from
   * @throws AppError `bad_input` when there is something already or when what arrived differs, `store_locked` when a
   * process is at work on the database
   */
  fill(give: (put: (table: string, rows: readonly Row[]) => Promise<void>) => Promise<Sums>): Promise<Sums>;
  /**
   * Runs `work` while no process is at work on the database, and none can begin.
   * @throws AppError `store_locked`
   */
  still<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly description: string;
  close(): Promise<void>;
}

/** @throws AppError as `openStore` */
export async function openDatabase(url: string, clock: Clock): Promise<Database> {
  const backend = await openBackend({ url, connections: CONNECTIONS });
  const db: Db = new Kysely<Tables>({ dialect: backend.dialect });
  try {
    await migrate(db, backend.lockMigrations, clock);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    description: backend.description,
    read: (take) => reading(backend, db, (tx) => readTables(backend, tx, take)),
    still: (work) =>
      // SQLite has one connection, which belongs to nobody else anyway.
      backend.shared === undefined
        ? work()
        : db.transaction().execute(async (tx) => {
            await lockOut(backend, tx);
            return work();
          }),
    fill: (give) => db.transaction().execute((tx) => fillTables(backend, tx, give)),
    close: () => db.destroy(),
  };
}

/** One that holds a lock, one that reads or writes, and the third that is always counted. */
const CONNECTIONS = 4;

function reading<Result>(backend: Backend, db: Db, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  if (backend.shared === undefined) return db.transaction().execute(work);
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
}

async function lockOut(backend: Backend, tx: Tx): Promise<void> {
  if (await backend.lockOutProcesses(tx)) return;
  throw new AppError(
    'store_locked',
    `Somebody is at work on ${backend.description}; stop every server that uses it, then try again.`,
  );
}

async function tablesOf(backend: Backend, tx: Tx): Promise<readonly TableShape[]> {
  const tables = (await backend.tables(tx)).filter(({ name }) => !LEFT_OUT.has(name));
  const keyless = tables.find(({ key }) => key.length === 0);
  if (keyless !== undefined) throw new Error(`Table ${keyless.name} has no primary key to be read by`);
  return tables;
}

// === Reading

async function readTables(
  backend: Backend,
  tx: Tx,
  take: (table: string, rows: readonly Row[]) => Promise<void>,
): Promise<Sums> {
  const sums: { [table: string]: TableSum } = {};
  for (const table of await tablesOf(backend, tx)) {
    const sum = createSum(table.name);
    for await (const rows of pagesOf(tx, table)) {
      for (const row of rows) sum.add(row);
      await take(table.name, rows);
    }
    sums[table.name] = sum.total();
  }
  return sums;
}

/** Page by page along the primary key; both databases go on by it as they have sorted by it. */
async function* pagesOf(tx: Tx, { name, columns, key }: TableShape): AsyncGenerator<readonly Row[]> {
  const list = (names: readonly string[]) => sql.join(names.map((column) => sql.ref(column)));
  let last: Row | undefined;
  for (;;) {
    const from: Row | undefined = last;
    const after =
      from === undefined
        ? sql``
        : sql`where (${list(key)}) > (${sql.join(key.map((column) => from[column] ?? null))})`;
    const { rows } = await sql<Row>`
      select ${list(columns)} from ${sql.table(name)} ${after} order by ${list(key)} limit ${sql.lit(PAGE)}
    `.execute(tx);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    last = rows.at(-1);
  }
}

// === Writing

async function fillTables(backend: Backend, tx: Tx, give: Parameters<Database['fill']>[0]): Promise<Sums> {
  await lockOut(backend, tx);
  const tables = await tablesOf(backend, tx);
  await refuseUnlessNew(tx, tables);
  // What migrations have put there comes with the data.
  for (const { name } of tables) await sql`delete from ${sql.table(name)}`.execute(tx);
  const known = new Map(tables.map((table) => [table.name, table]));
  const given = await give(async (name, rows) => {
    const table = known.get(name);
    if (table === undefined) throw new AppError('bad_input', `There is no table '${name}' here`);
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      await insert(tx, table, rows.slice(from, from + ROWS_AT_ONCE));
    }
  });
  const arrived = await readTables(backend, tx, async () => {});
  const different = tables.filter(({ name }) => !isSame(given[name], arrived[name])).map(({ name }) => name);
  if (different.length > 0 || Object.keys(given).length !== tables.length) {
    throw new AppError(
      'bad_input',
      `What arrived is not what was sent (${different.join(', ') || 'other tables'}); nothing was changed.`,
    );
  }
  return arrived;
}

async function insert(tx: Tx, { name, columns }: TableShape, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`);
  await sql`
    insert into ${sql.table(name)} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(values)}
  `.execute(tx);
}

/** Whether there is more than what migrations put into every new database. */
async function refuseUnlessNew(tx: Tx, tables: readonly TableShape[]): Promise<void> {
  const fresh = await rowsWhenNew();
  const used: string[] = [];
  for (const { name } of tables) {
    if ((await countOf(tx, name)) > (fresh.get(name) ?? 0)) used.push(name);
  }
  if (used.length === 0) return;
  throw new AppError(
    'bad_input',
    `The target is in use already (${used.join(', ')} hold rows); take a new, empty database. Nothing was changed.`,
  );
}

async function rowsWhenNew(): Promise<ReadonlyMap<string, number>> {
  const { dialect, lockMigrations, tables } = openSqlite(':memory:');
  const db: Db = new Kysely<Tables>({ dialect });
  await migrate(db, lockMigrations, { now: () => 0 });
  const counts = new Map<string, number>();
  await db.transaction().execute(async (tx) => {
    for (const { name } of await tables(tx)) counts.set(name, await countOf(tx, name));
  });
  await db.destroy();
  return counts;
}

async function countOf(tx: Tx, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(tx);
  return rows[0]?.n ?? 0;
}

function isSame(a: TableSum | undefined, b: TableSum | undefined): boolean {
  return a !== undefined && b !== undefined && a.rows === b.rows && a.sum === b.sum;
}

// === Sums

const MODULUS = 2n ** 256n;

/** Hashes are added up, so the order of the rows, which differs between databases, does not matter. */
export function createSum(table: string): { add(row: Row): void; total(): TableSum } {
  let rows = 0;
  let sum = 0n;
  return {
    add(row) {
      rows += 1;
      const hash = createHash('sha256')
        .update(`${table}\n${canonical(row)}`)
        .digest('hex');
      sum = (sum + BigInt(`0x${hash}`)) % MODULUS;
    },
    total: () => ({ rows, sum: sum.toString(16).padStart(64, '0') }),
  };
}

/** A row as it stands in a file: the columns in alphabetical order. */
function canonical(row: Row): string {
  const entries = Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const foreign = entries.find(
    ([, value]) => value !== null && typeof value !== 'string' && !Number.isSafeInteger(value),
  );
  if (foreign !== undefined) throw new Error(`Column ${foreign[0]} holds something that is not portable`);
  return JSON.stringify(Object.fromEntries(entries));
}

// === Lines of a file

/** The first line: what the file is, and of which version of the tables. */
export function headLine(): string {
  return JSON.stringify({ gongji: 'export', format: FORMAT, migrations: MIGRATIONS.map(({ name }) => name) });
}

export function rowLine(table: string, row: Row): string {
  return `[${JSON.stringify(table)},${canonical(row)}]`;
}

/** The last line; a file without it was cut off. */
export function endLine(sums: Sums): string {
  return JSON.stringify({ end: sums });
}

/**
 * Reads a file line by line into `put`, and gives the sums its last line claims.
 * @throws AppError `bad_input` when it is no export, of another version, or cut off
 */
export async function readLines(
  lines: AsyncIterable<string>,
  put: (table: string, rows: readonly Row[]) => Promise<void>,
): Promise<Sums> {
  let isHead = true;
  let end: Sums | undefined;
  let batch: Row[] = [];
  let table = '';
  const flush = async () => {
    if (batch.length > 0) await put(table, batch);
    batch = [];
  };
  for await (const line of lines) {
    if (line === '') continue;
    const value = parse(line);
    if (isHead) checkHead(value);
    else if (Array.isArray(value)) {
      const [name, row] = value as [string, Row];
      if (name !== table || batch.length >= ROWS_AT_ONCE) await flush();
      table = name;
      batch.push(row);
    } else end = (value as { end?: Sums }).end;
    isHead = false;
  }
  await flush();
  if (end === undefined) throw new AppError('bad_input', 'The file was cut off: its last line is missing.');
  return end;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new AppError('bad_input', 'The file is not an export of gongji, or it is damaged.', { cause });
  }
}

function checkHead(value: unknown): void {
  const head = value as { gongji?: unknown; format?: unknown; migrations?: unknown };
  if (head?.gongji !== 'export' || head.format !== FORMAT || !Array.isArray(head.migrations)) {
    throw new AppError('bad_input', 'The file is not an export of gongji.');
  }
  const ours = MIGRATIONS.map(({ name }) => name);
  const theirs = new Set(head.migrations.map(String));
  const differs = [
    ...ours.filter((name) => !theirs.has(name)),
    ...[...theirs].filter((name) => !ours.includes(name)),
  ];
  if (differs.length === 0) return;
  throw new AppError(
    'bad_input',
    `The file is of another version of the tables (${differs.join(', ')}); import it with the version that made it, then update.`,
  );
}
