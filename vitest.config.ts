import { defineConfig } from 'vitest/config';

/** Files that ask a PostgreSQL and nothing else. The others run their legs on it where there is one. */
const ON_POSTGRES = 'test/**/*.postgres.test.ts';
const hasPostgres = process.env.GONGJI_TEST_POSTGRES !== undefined;
if (!hasPostgres) {
  console.warn(`*** ${ON_POSTGRES} SKIPPED, not passed: set GONGJI_TEST_POSTGRES or run .ci/run ***`);
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: hasPostgres ? [] : [ON_POSTGRES],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
