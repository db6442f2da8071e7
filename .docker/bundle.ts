import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const mainOf = (app: string) => `${root}apps/${app}/src/main.ts`;

/** Each service, the copy to Postgres and the way back into the panel, in a file beside what they share; better-sqlite3 stays outside, for it is a binary. */
export default defineConfig({
  root,
  ssr: { noExternal: true, external: ['better-sqlite3'], target: 'node' },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'dist/services',
    rolldownOptions: {
      input: {
        api: mainOf('api'),
        worker: mainOf('worker'),
        proxy: mainOf('proxy'),
        // The api starts it beside itself.
        'read-upload-process': `${root}apps/api/src/transfer/upload/read-upload-process.ts`,
        'copy-database': `${root}apps/standalone/src/copy-database.ts`,
        'reset-access': `${root}apps/standalone/src/reset-access.ts`,
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' },
    },
  },
});
