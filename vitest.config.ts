import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests that need Postgres, and those that need SQLite. */
const onPostgres = [
  '{apps,packages}/*/test/**/*.postgres.test.ts',
  'packages/db/src/{copy,engine/postgres}/**/*.test.ts',
];
const onSqlite = [
  'packages/db/src/engine/sqlite/**/*.test.ts',
  'apps/api/test/{backup,full-disk}.test.ts',
  'apps/worker/test/locked-database.test.ts',
];
/** The apps' tests run on Postgres only by hand, because they take a while: `APPS_ON_POSTGRES=1 pnpm vitest --project postgres apps`. */
const apps = process.env.APPS_ON_POSTGRES ? ['apps/{api,worker,proxy}/test/**/*.test.ts'] : [];

const compileCache = fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

export default defineConfig({
  test: {
    // A busy machine may take ten times as long as a quiet one.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    // Two cores are enough for three: the suites start real servers, databases and a browser, and often wait.
    maxWorkers: 3,
    // Each worker keeps what it has loaded for its next file, which halves the time of most files. So a test
    // must leave nothing behind in its process: no timer, no changed global, no variable.
    isolate: false,
    // Node keeps the programs that tests start, without types and compiled.
    env: { NODE_COMPILE_CACHE: compileCache },
    reporters: ['default', './.config/count-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'house',
          include: [
            '.config/*.test.ts',
            'apps/*/{build,src,test}/**/*.test.ts',
            'packages/*/{src,test}/**/*.test.ts',
          ],
          exclude: onPostgres,
        },
      },
      {
        extends: true,
        // The tests of packages/db run once more, on Postgres.
        test: {
          name: 'postgres',
          include: [...onPostgres, 'packages/db/src/**/*.test.ts', ...apps],
          exclude: onSqlite,
          globalSetup: ['packages/db/test/postgres-setup.ts'],
        },
      },
    ],
  },
});
