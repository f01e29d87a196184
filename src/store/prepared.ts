/**
 * Queries compiled once. Kysely builds and compiles a query in about the time SQLite takes to run
 * it; on the path of every turn that would double the price. A statement is built the first time it
 * is used, with markers where the parameters go, and later only the parameters are put in.
 * A fixed limit is written into the SQL (`sql.lit`): SQLite prepares a statement anew each time a bound
 * limit is set, which made the reading of a mailbox five times as slow. So is a fixed value of a column that
 * some index has a condition on: bound, it might let that index be used or not.
 */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Db, Tx } from './tables.ts';

export interface Outcome<Row> {
  readonly rows: readonly Row[];
  /** Rows inserted, updated or deleted; 0 for statements that return rows. */
  readonly changed: number;
}

/** Runs a prepared statement on the database or inside a transaction. */
export type Run<Params, Row> = (on: Db | Tx, params: Params) => Promise<Outcome<Row>>;

/** Runs what is compiled without Kysely, which in six promises does no more than hand it on. */
export type RunDirectly = <Row>(
  sql: string,
  parameters: readonly unknown[],
) => Outcome<Row> | Promise<Outcome<Row>>;

const direct = new WeakMap<Db | Tx, RunDirectly>();

/** From now on prepared statements on this database or transaction are run so. */
export function runsDirectly(on: Db | Tx, run: RunDirectly): void {
  direct.set(on, run);
}

class Marker {
  readonly row: number;
  readonly name: string;
  constructor(row: number, name: string) {
    this.row = row;
    this.name = name;
  }
}

/**
 * A statement with named parameters. `build` runs once and sees a marker in place of each value, so it
 * must not look at values.
 */
export function prepared<Params extends object, Row>(
  build: (params: Params) => Compilable<Row>,
): Run<Params, Row> {
  let compiled: CompiledQuery<Row> | undefined;
  return (on, params) => {
    compiled ??= build(markers<Params>(0)).compile();
    return run(on, compiled, [params]);
  };
}

/** As `prepared`, for a statement over several rows; compiled once for each number of rows. */
export function preparedRows<Params extends object, Row>(
  build: (rows: readonly Params[]) => Compilable<Row>,
): Run<readonly Params[], Row> {
  const bySize = new Map<number, CompiledQuery<Row>>();
  return (on, rows) => {
    let compiled = bySize.get(rows.length);
    if (compiled === undefined) {
      compiled = build(rows.map((_, index) => markers<Params>(index))).compile();
      bySize.set(rows.length, compiled);
    }
    return run(on, compiled, rows);
  };
}

function markers<Params extends object>(row: number): Params {
  return new Proxy({} as Params, { get: (_, name) => new Marker(row, String(name)) });
}

async function run<Row>(
  on: Db | Tx,
  compiled: CompiledQuery<Row>,
  rows: readonly object[],
): Promise<Outcome<Row>> {
  const parameters = compiled.parameters.map((value) =>
    value instanceof Marker ? (rows[value.row] as Record<string, unknown>)[value.name] : value,
  );
  const directly = direct.get(on);
  if (directly !== undefined) return directly<Row>(compiled.sql, parameters);
  const result = await on.executeQuery<Row>({ ...compiled, parameters });
  return { rows: result.rows, changed: Number(result.numAffectedRows ?? 0) };
}
