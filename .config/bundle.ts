import { dirname, join } from 'node:path';
import type { Plugin, UserConfig } from 'vite';

interface Bundle {
  /** The folder of the Vite configuration. */
  root: string;
  outDir: string;
  /** The source of each program, by the name of its file. */
  input: Record<string, string>;
}

/**
 * Bundles programs for Node: a file for each, and shared chunks. better-sqlite3 stays outside, because it is
 * a binary. V8 keeps the text of what it runs in memory, for each thread again and in two bytes a character
 * if one of them isn't in Latin-1, so the bundles are ASCII without comments. Lines and names stay, because
 * stack traces show them.
 */
export function bundle({ root, outDir, input }: Bundle): UserConfig {
  return {
    root,
    ssr: { noExternal: true, external: ['better-sqlite3'], target: 'node' },
    // As in undici's own bundle for Node: without its second, experimental parser.
    define: { esbuildDetection: '1' },
    plugins: [undiciPool()],
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: true,
      rolldownOptions: {
        input,
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: 'shared-[hash].js',
          charset: 'ascii',
          comments: false,
        },
      },
    },
  };
}

/** undici's index loads `fetch`, mocks and a dozen clients. The product uses its pool for HTTP/1.1 alone. */
function undiciPool(): Plugin {
  const id = '\0undici-pool';
  let folder = '';
  return {
    name: 'undici-pool',
    enforce: 'pre',
    async resolveId(name, importer) {
      if (name !== 'undici') return null;
      const index = await this.resolve(name, importer, { skipSelf: true });
      folder = dirname(index?.id ?? '');
      return id;
    },
    load(loaded) {
      if (loaded === join(folder, 'lib/dispatcher/client-h2.js')) return 'module.exports = null;';
      if (loaded !== id) return null;
      return `
        export { default as Pool } from '${folder}/lib/dispatcher/pool.js';
        export { default as buildConnector } from '${folder}/lib/core/connect.js';`;
    },
  };
}
