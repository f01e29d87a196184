/** Which tables there are and what identifies their rows, asked of the database itself, so that no list can be forgotten. */
import { sql } from 'kysely';
import type { Db, Tx } from './tables.ts';

export interface TableShape {
  readonly name: string;
  /** In alphabetical order. */
  readonly columns: readonly string[];
  /** The columns of the primary key. */
  readonly key: readonly string[];
}

interface ColumnRow {
  readonly table: string;
  readonly column: string;
  /** The place in the primary key, from one; 0 for the others. */
  readonly place: number;
}

export async function sqliteTables(db: Db | Tx): Promise<readonly TableShape[]> {
  const { rows } = await sql<ColumnRow>`
    select m.name as "table", c.name as "column", c.pk as place
      from sqlite_master m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like 'sqlite_%'
  `.execute(db);
  return shapesOf(rows);
}

export async function postgresTables(db: Db | Tx): Promise<readonly TableShape[]> {
  const { rows } = await sql<ColumnRow>`
    select t.relname as "table", a.attname as "column",
           coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1 as place
      from pg_class t
      join pg_namespace n on n.oid = t.relnamespace and n.nspname = current_schema()
      join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      left join pg_index i on i.indrelid = t.oid and i.indisprimary
     where t.relkind = 'r'
  `.execute(db);
  return shapesOf(rows);
}

function shapesOf(rows: readonly ColumnRow[]): readonly TableShape[] {
  return [...Map.groupBy(rows, (row) => row.table)]
    .map(([name, columns]) => ({
      name,
      columns: columns.map(({ column }) => column).toSorted(),
      key: columns
        .filter(({ place }) => place > 0)
        .toSorted((a, b) => a.place - b.place)
        .map(({ column }) => column),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
