/**
 * `gongji db export FILE | import FILE | move`: everything an installation keeps, into a file, out of
 * it, or from one database to another (from the embedded file to PostgreSQL and back). Whole or not at all,
 * verified by counts and sums.
 */

import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import {
  type Database,
  endLine,
  headLine,
  openDatabase,
  readLines,
  rowLine,
  type Sums,
} from '../store/move.ts';
import type { Command, Io } from './command.ts';

const USAGE =
  'gongji db takes: export FILE [--from ADDRESS] | import FILE [--to ADDRESS] | move --from ADDRESS --to ADDRESS';
const SQLITE = 'sqlite://';
const clock = { now: () => Date.now() };

export const db: Command = async ([verb, ...args], io) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { from: { type: 'string' }, to: { type: 'string' }, data: { type: 'string' } },
  });
  const [file] = positionals;
  const own = (): string => values.from ?? values.to ?? ownAddress(values.data);
  if (verb === 'export' && file !== undefined) return exportTo(io, own(), file);
  if (verb === 'import' && file !== undefined) return importFrom(io, own(), file);
  if (verb === 'move' && values.from !== undefined && values.to !== undefined) {
    return move(io, values.from, values.to);
  }
  throw new AppError('bad_input', USAGE);
};

/** Where this installation keeps its data, as `npm start` would find it. */
function ownAddress(data: string | undefined): string {
  const config = readConfig();
  const file = join(data ?? config.dataDir, 'gongji.sqlite');
  return config.databaseUrl ?? pathToFileURL(file).href.replace('file:', 'sqlite:');
}

async function exportTo(io: Io, from: string, file: string): Promise<number> {
  return using(existing(from), async (source) => {
    // Under its name only when it is whole; readable by its owner only.
    const part = `${file}.part`;
    const out = createWriteStream(part, { mode: 0o600, flags: 'w' });
    const write = async (line: string) => {
      if (!out.write(`${line}\n`)) await once(out, 'drain');
    };
    try {
      await write(headLine());
      const sums = await source.read(async (table, rows) => {
        for (const row of rows) await write(rowLine(table, row));
      });
      await write(endLine(sums));
      await new Promise<void>((resolve, reject) =>
        out.end((error?: Error | null) => (error ? reject(error) : resolve())),
      );
      renameSync(part, file);
      return report(io, 'exported', sums);
    } catch (error) {
      out.destroy();
      rmSync(part, { force: true });
      throw error;
    }
  });
}

async function importFrom(io: Io, to: string, file: string): Promise<number> {
  if (!existsSync(file)) throw new AppError('bad_input', `There is no file ${file}`);
  return using(to, async (target) => {
    // Opened when it is read: lines that come before anybody waits for them are lost.
    const lines = () =>
      createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    return report(io, 'imported', await target.fill((put) => readLines(lines(), put)));
  });
}

async function move(io: Io, from: string, to: string): Promise<number> {
  if (from === to) throw new AppError('bad_input', '--from and --to name the same database');
  return using(existing(from), (source) =>
    using(to, async (target) => {
      const sums = await source.still(() => target.fill((put) => source.read(put)));
      report(io, 'moved', sums);
      io.warn(
        `From now on use ${target.description} with the same vault key. Put the old database away: a server started on it would do everything once more.`,
      );
      return 0;
    }),
  );
}

async function using(address: string, work: (database: Database) => Promise<number>): Promise<number> {
  const database = await openDatabase(address, clock);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** A mistyped file must not become an empty database that is moved with success. */
function existing(address: string): string {
  const file = address.startsWith(SQLITE) ? decodeURIComponent(address.slice(SQLITE.length)) : undefined;
  if (file !== undefined && !existsSync(file)) throw new AppError('bad_input', `There is no file ${file}`);
  return address;
}

function report(io: Io, what: string, sums: Sums): number {
  const rows = Object.values(sums).reduce((total, table) => total + table.rows, 0);
  io.print(JSON.stringify({ [what]: rows, tables: sums }));
  return 0;
}
