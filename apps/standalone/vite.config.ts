import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** A file for each program and thread, and shared chunks. better-sqlite3 is not bundled, because it is a binary. */
export default defineConfig({
  root,
  ssr: { noExternal: true, external: ['better-sqlite3'], target: 'node' },
  build: {
    ssr: true,
    target: 'node24',
    rolldownOptions: {
      input: [
        ...['main', 'demo', 'gateway-thread'].map((name) => `${root}src/${name}.ts`),
        ...['read-upload-process', 'watch-reading'].map(
          (name) => `${root}../api/src/transfer/upload/${name}.ts`,
        ),
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' },
    },
  },
});
