import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const sourceOf = (app: string, file: string) => `${root}apps/${app}/src/${file}.ts`;

/** Bundles what the images run: one file per program, beside the code that they share. better-sqlite3 stays outside because it is a binary. */
export default defineConfig({
  ssr: { noExternal: true, external: ['better-sqlite3'], target: 'node' },
  build: {
    ssr: true,
    target: 'node24',
    outDir: `${root}dist/services`,
    rolldownOptions: {
      input: {
        api: sourceOf('api', 'main'),
        worker: sourceOf('worker', 'main'),
        proxy: sourceOf('proxy', 'main'),
        // The api starts this one as a process.
        'read-upload-process': sourceOf('api', 'transfer/upload/read-upload-process'),
        'copy-database': sourceOf('standalone', 'copy-database'),
        'reset-access': sourceOf('standalone', 'reset-access'),
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' },
    },
  },
});
