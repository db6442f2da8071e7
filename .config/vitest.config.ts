import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '.config/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'packages/*/{src,test}/**/*.test.ts',
    ],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // The suites hold real servers, databases and a browser: more workers only make them late.
    maxWorkers: 2,
    reporters: ['default', '.config/count-reporter.ts'],
  },
});
