import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { Slowest } from './test/slowest.ts';

/** Files that ask a PostgreSQL and nothing else. The others run their legs on it where there is one. */
const ON_POSTGRES = 'test/**/*.postgres.test.ts';
const hasPostgres = process.env.GONGJI_TEST_POSTGRES !== undefined;
if (!hasPostgres) {
  console.warn(`*** ${ON_POSTGRES} SKIPPED, not passed: set GONGJI_TEST_POSTGRES or run .ci/run ***`);
}

/** Rooms without clock, network or files of their own: a process that has loaded them may test one after another. */
const PURE = ['diagnosis', 'dialog', 'domain', 'flows', 'knowledge', 'understanding', 'utterances'].map(
  (room) => `test/${room}/**/*.test.ts`,
);

// Some tests start the house a dozen times, and every file has a process of its own: all of them take what was
// compiled before, as `npm start` does. Said here, since they inherit it.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'dist', 'compiled');

export default defineConfig({
  test: {
    reporters: ['default', new Slowest()],
    globalSetup: ['test/one-folder.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One more than continuous integration has cores: while one waits for a database, a process or a browser, two work.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'house',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, ...(hasPostgres ? [] : [ON_POSTGRES])],
        },
      },
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
    ],
  },
});
