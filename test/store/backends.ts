/**
 * The databases every test of the store runs on. PostgreSQL takes part when `GONGJI_TEST_POSTGRES`
 * holds the address of one (`.ci/run` starts it); each opening then gets a schema of its own.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

export interface TestBackend {
  readonly name: string;
  /** Whether what was written is there after closing and opening again. */
  readonly lasts: boolean;
  newPlace(): Promise<Place>;
}

const sqliteFile: TestBackend = {
  name: 'SQLite file',
  lasts: true,
  async newPlace() {
    const folder = await mkdtemp(join(tmpdir(), 'gongji-store-'));
    return {
      url: `sqlite://${join(folder, 'test.sqlite')}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

const sqliteMemory: TestBackend = {
  name: 'SQLite in memory',
  lasts: false,
  newPlace: async () => ({ url: ':memory:', remove: async () => {} }),
};

function postgres(address: string): TestBackend {
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  return {
    name: 'PostgreSQL',
    lasts: true,
    async newPlace() {
      const schema = `t_${randomBytes(8).toString('hex')}`;
      await run(`create schema ${schema}`);
      const url = new URL(address);
      url.searchParams.set('options', `-c search_path=${schema}`);
      return {
        url: url.href,
        remove: () => run(`drop schema ${schema} cascade; drop schema if exists ${schema}_jobs cascade`),
      };
    },
  };
}

/** The only place in the tests that reads this variable. */
export function postgresAddress(): string | undefined {
  return process.env.GONGJI_TEST_POSTGRES || undefined;
}

const address = postgresAddress();
if (address === undefined) {
  process.stderr.write(
    '\n*** PostgreSQL leg of the store suite SKIPPED, not passed: set GONGJI_TEST_POSTGRES or run .ci/run ***\n',
  );
}

export const LASTING: readonly TestBackend[] = [
  sqliteFile,
  ...(address === undefined ? [] : [postgres(address)]),
];
export const BACKENDS: readonly TestBackend[] = [sqliteMemory, ...LASTING];
