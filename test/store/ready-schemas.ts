/**
 * Schemas of PostgreSQL with the tables of this version, lent to one test after another of a file. What is given
 * back is emptied to what it was after the last migration. One whose tables a test has changed is dropped.
 */
import { randomBytes } from 'node:crypto';
import { Kysely } from 'kysely';
import pg from 'pg';
import { afterAll } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openBackend } from '../../src/store/open.ts';
import type { Tables } from '../../src/store/tables.ts';

export interface ReadySchemas {
  take(): Promise<string>;
  giveBack(schema: string): Promise<void>;
}

/** What a schema is after the last migration: its columns and indexes, and the rows migrations have left. */
interface Birth {
  readonly shape: string;
  readonly rows: readonly { readonly table: string; readonly json: string }[];
}

export function readySchemas(address: string): ReadySchemas {
  const births = new Map<string, Birth>();
  const free: string[] = [];
  // Whoever gives the address may want to look at the database afterwards.
  afterAll(async () => {
    for (const schema of births.keys()) await ask(address, dropping(schema));
    births.clear();
    free.length = 0;
  });

  return {
    async take() {
      const used = free.pop();
      if (used !== undefined) return used;
      const schema = newSchemaName();
      await ask(address, `create schema ${schema}`);
      births.set(schema, await bear(address, schema));
      return schema;
    },
    async giveBack(schema) {
      const birth = births.get(schema);
      if (birth !== undefined && (await empty(address, schema, birth))) {
        free.push(schema);
      } else {
        births.delete(schema);
        await ask(address, dropping(schema));
      }
    },
  };
}

async function bear(address: string, schema: string): Promise<Birth> {
  const url = new URL(address);
  url.searchParams.set('options', `-c search_path=${schema}`);
  const backend = await openBackend({ url: url.href, connections: 3 });
  const db = new Kysely<Tables>({ dialect: backend.dialect });
  await migrate(db, backend.lockMigrations, { now: () => 0 });
  await db.destroy();
  return connected(address, async (client) => {
    const rows = [];
    for (const table of await tablesOf(client, schema)) {
      const found = await client.query(`select json_agg(t)::text as json from ${schema}.${table} t`);
      const { json } = found.rows[0] as { readonly json: string | null };
      if (json !== null) rows.push({ table, json });
    }
    return { shape: await shapeOf(client, schema), rows };
  });
}

/** False when the tables are not what they were, or somebody still holds them. */
function empty(address: string, schema: string, { shape, rows }: Birth): Promise<boolean> {
  return connected(address, async (client) => {
    if ((await shapeOf(client, schema)) !== shape) return false;
    const tables = (await tablesOf(client, schema)).map((table) => `${schema}.${table}`);
    const jobs = await client.query('select to_regclass($1) as name', [`${schema}_jobs.job`]);
    if ((jobs.rows[0] as { readonly name: string | null }).name !== null) tables.push(`${schema}_jobs.job`);
    try {
      await client.query(
        `set lock_timeout = '5s'; ${tables.map((table) => `delete from ${table};`).join('')}`,
      );
      for (const { table, json } of rows) {
        const name = `${schema}.${table}`;
        await client.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1)`, [
          json,
        ]);
      }
      return true;
    } catch {
      return false;
    }
  });
}

async function tablesOf(client: pg.Client, schema: string): Promise<readonly string[]> {
  const { rows } = await client.query('select tablename from pg_tables where schemaname = $1', [schema]);
  return rows.map((row: { readonly tablename: string }) => row.tablename);
}

async function shapeOf(client: pg.Client, schema: string): Promise<string> {
  const { rows } = await client.query(
    `select md5(string_agg(line, e'\n' order by line)) as shape from (
       select format('%s.%s %s %s', relname, attname, atttypid, attnotnull) as line
         from pg_attribute join pg_class c on c.oid = attrelid
        where relnamespace = to_regnamespace($1::text) and attnum > 0 and not attisdropped
       union all select indexdef from pg_indexes where schemaname = $1::text) lines`,
    [schema],
  );
  return (rows[0] as { readonly shape: string }).shape;
}

// === What a test's own schemas need as well

export function newSchemaName(): string {
  return `t_${randomBytes(8).toString('hex')}`;
}

/** With the jobs that stand beside it. */
export function dropping(schema: string): string {
  return `drop schema ${schema} cascade; drop schema if exists ${schema}_jobs cascade`;
}

export function ask(address: string, statement: string): Promise<void> {
  return connected(address, async (client) => void (await client.query(statement)));
}

async function connected<Result>(
  address: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  return work(client).finally(() => client.end());
}
