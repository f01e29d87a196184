/**
 * The databases every test of the store runs on. PostgreSQL takes part when `GONGJI_TEST_POSTGRES`
 * holds the address of one (`.ci/run` starts it); each opening then gets a schema of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, dropping, newSchemaName, readySchemas } from './ready-schemas.ts';

export interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

export interface TestBackend {
  readonly name: string;
  /** Whether what was written is there after closing and opening again. */
  readonly lasts: boolean;
  newPlace(): Promise<Place>;
  /**
   * A place with the tables of this version and nothing in them yet, for tests that are not about how tables come to
   * be. Making them takes PostgreSQL twenty times as long as emptying them, so there such a place is used again.
   */
  readyPlace(): Promise<Place>;
}

/** Where a new file costs next to nothing. */
function alwaysNew(backend: Omit<TestBackend, 'readyPlace'>): TestBackend {
  return { ...backend, readyPlace: backend.newPlace };
}

const sqliteFile = alwaysNew({
  name: 'SQLite file',
  lasts: true,
  async newPlace() {
    const folder = await mkdtemp(join(tmpdir(), 'gongji-store-'));
    return {
      url: `sqlite://${join(folder, 'test.sqlite')}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
});

const sqliteMemory = alwaysNew({
  name: 'SQLite in memory',
  lasts: false,
  newPlace: async () => ({ url: ':memory:', remove: async () => {} }),
});

function postgres(address: string): TestBackend {
  const ready = readySchemas(address);
  const placeAt = (schema: string, remove: () => Promise<unknown>): Place => {
    const url = new URL(address);
    url.searchParams.set('options', `-c search_path=${schema}`);
    return { url: url.href, remove: async () => void (await remove()) };
  };
  return {
    name: 'PostgreSQL',
    lasts: true,
    async newPlace() {
      const schema = newSchemaName();
      await ask(address, `create schema ${schema}`);
      return placeAt(schema, () => ask(address, dropping(schema)));
    },
    async readyPlace() {
      const schema = await ready.take();
      return placeAt(schema, () => ready.giveBack(schema));
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
