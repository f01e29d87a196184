/**
 * The office's own file: a small SQLite database beside ours, so that it forgets nothing when the
 * process is killed. WAL with `synchronous=FULL`: an act that was answered is on disk.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

const SCHEMA = `
create table settings (name text primary key, value any not null) strict;
create table people (
  id text primary key, name text not null, label text not null, story text not null,
  documentType text not null, documentNumber text not null, digest text not null unique, birthday text not null,
  ecertActive integer not null, hasPhone integer not null, hasEmployer integer not null,
  walletOpen integer, walletRegionOpen integer) strict;
create table enrolments (
  person text not null references people, scheme text not null, region text not null, standing text not null,
  category text not null) strict;
create table accounts (
  person text primary key references people, balanceFen integer not null, pastYearsFen integer, state text not null,
  quotaFen integer, poolFen integer, authorisedLeftFen integer) strict;
create table families (
  person text not null references people, relative text not null references people, relation text not null,
  primary key (person, relative)) strict;
create table kinships (
  owner text not null references people, member text not null references people, since text not null,
  primary key (owner, member)) strict;
create table applications (
  no text primary key, kind text not null, applicant text not null references people, payer text not null,
  dependent text, relation text, region text, state text not null, reason text, materials text, bindingNo text,
  submittedAt text not null, updatedAt text not null) strict;
create table bindings (
  no text primary key, applicationNo text not null references applications, payer text not null references people,
  dependent text not null references people, relation text not null, region text not null, state text not null,
  startsOn text, since text, until text, endedBy text, orderNo integer not null) strict;
create index bindings_payer on bindings (payer);
create index bindings_dependent on bindings (dependent);
create table invitations (
  no text primary key, bindingNo text not null unique references bindings, askedOn text not null,
  expiresOn text not null, state text not null) strict;
create table refusals (
  id integer primary key, payer text not null, dependent text not null, relation text not null, code text not null,
  at text not null) strict;
create index refusals_pair on refusals (payer, dependent);
create table premiums (
  person text not null references people, year integer not null, amountFen integer not null,
  registered integer not null, opens text, closes text, paidBy text, autopay integer not null,
  primary key (person, year)) strict;
create table settlements (
  id integer primary key, patient text not null references people, day text not null, place text not null,
  designated integer not null, walletAccepted integer, totalFen integer not null, fundFen integer not null,
  ownAccountFen integer not null, sharedFen integer not null, cashFen integer not null, payer text) strict;
create table refunds (
  id integer primary key, person text not null references people, day text not null, amountFen integer not null,
  state text not null, target text not null) strict;
create table acts (
  key text primary key, kind text not null, digest text not null, result text not null, times integer not null,
  at text not null) strict;
create table changes (
  seq integer primary key autoincrement, body text not null, deliveries integer not null) strict;
create table faults (
  id integer primary key, target text not null, body text not null, timesLeft integer not null) strict;
`;

/** Tables that came later; an office file of an earlier version gets them when it is opened. */
const ADDED = `
create table if not exists payments (
  applicationNo text primary key references applications, payer text not null references people,
  person text not null references people, year integer not null, amountFen integer not null, day text not null,
  state text not null) strict;
create table if not exists quotas (
  payer text not null references people, dependent text not null references people, relation text not null,
  amountFen integer not null, usedFen integer not null, primary key (payer, dependent)) strict;
`;

export type Row = Readonly<Record<string, SQLInputValue>>;

/** The few things the office does with its file. `all` and `get` trust the caller's row type: we wrote the rows. */
export interface Database {
  readonly isNew: boolean;
  all<T>(sql: string, ...values: SQLInputValue[]): T[];
  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined;
  run(sql: string, ...values: SQLInputValue[]): void;
  insert(table: string, row: Row): void;
  /** All or nothing; not to be nested. */
  transaction<T>(work: () => T): T;
  /** May be called twice. */
  close(): void;
}

/** Opens or makes the file; `:memory:` for one that is gone with the process. */
export function openDatabase(file: string): Database {
  const db = new DatabaseSync(file);
  db.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000;',
  );
  const isNew = db.prepare("select 1 from sqlite_master where name = 'settings'").get() === undefined;
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const transaction = <T>(work: () => T): T => {
    db.exec('begin immediate');
    try {
      const result = work();
      db.exec('commit');
      return result;
    } catch (error) {
      db.exec('rollback');
      throw error;
    }
  };
  if (isNew) transaction(() => db.exec(SCHEMA));
  transaction(() => db.exec(ADDED));
  return {
    isNew,
    all: <T>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as T[],
    get: <T>(sql: string, ...values: SQLInputValue[]) => statement(sql).get(...values) as T | undefined,
    run: (sql, ...values) => void statement(sql).run(...values),
    insert(table, row) {
      const columns = Object.keys(row);
      const marks = columns.map(() => '?').join(', ');
      statement(`insert into ${table} (${columns.join(', ')}) values (${marks})`).run(...Object.values(row));
    },
    transaction,
    close() {
      if (db.isOpen) db.close();
    },
  };
}
