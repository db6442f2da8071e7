import { defineConfig } from 'vitest/config';

/** The tests that Postgres alone can pass, and those that SQLite alone can. */
const onPostgres = [
  '{apps,packages}/*/test/**/*.postgres.test.ts',
  'packages/db/src/{copy,engine/postgres}/**/*.test.ts',
];
const onSqlite = [
  'packages/db/src/engine/sqlite/**/*.test.ts',
  'apps/api/test/{backup,full-disk}.test.ts',
];
/** Run on Postgres by hand, for they take a while: `APPS_ON_POSTGRES=1 pnpm vitest --project postgres apps`. */
const apps = process.env.APPS_ON_POSTGRES ? ['apps/{api,worker,proxy}/test/**/*.test.ts'] : [];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // The suites hold real servers, databases and a browser: more workers only make them late.
    maxWorkers: 2,
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
        // What the database room promises holds on both engines: its suite runs once more.
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
