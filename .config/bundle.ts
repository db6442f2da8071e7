import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, UserConfig } from 'vite';

interface Bundle {
  /** The folder of the Vite configuration. */
  root: string;
  outDir: string;
  /** The source of each program, by the name of its file. */
  programs: Record<string, string>;
  /** The same for the threads and processes that the programs start. */
  parts: Record<string, string>;
}

/**
 * Bundles programs for Node: a file for each, and shared chunks. better-sqlite3 stays outside, because it is
 * a binary. V8 keeps the text of what it runs in memory, for each thread again and in two bytes a character
 * if one of them isn't in Latin-1, so the bundles are ASCII without comments. Lines and names stay, because
 * stack traces show them.
 */
export function bundle({ root, outDir, programs, parts }: Bundle): UserConfig {
  return {
    root,
    ssr: { noExternal: true, external: ['better-sqlite3'], target: 'node' },
    // As in undici's own bundle for Node: without its second, experimental parser.
    define: { esbuildDetection: '1' },
    plugins: [leanUndici(), leanHttp(), leanZod(), leanStart()],
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: true,
      rolldownOptions: {
        input: {
          ...parts,
          ...Object.fromEntries(
            Object.entries(programs).map(([name, file]) => [name, lean + file]),
          ),
        },
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

const lean = 'lean:';

/** Lets a program start itself again with what saves memory, before its own code is loaded. */
function leanStart(): Plugin {
  const restart = fileURLToPath(new URL('./restart-lean.ts', import.meta.url));
  return {
    name: 'lean-start',
    enforce: 'pre',
    resolveId(name, importer) {
      if (name.startsWith(lean)) return `\0${name}`;
      // A program is its effects, whatever its package.json says of the other files.
      return importer?.startsWith(`\0${lean}`) ? { id: name, moduleSideEffects: true } : null;
    },
    load: (id) =>
      id.startsWith(`\0${lean}`)
        ? `import { restartLean } from '${restart}';
          restartLean();
          await import('${id.slice(lean.length + 1)}');`
        : null,
  };
}

/** undici's clients that are used, and the one method of its API that each is asked for. */
const clients = {
  Pool: { file: 'pool', method: 'connect' },
  Agent: { file: 'agent', method: 'request' },
};

/**
 * undici's index loads `fetch`, mocks and a dozen clients. The product uses these for HTTP/1.1, each from a
 * module of its own, so that the gateway's thread loads only the pool.
 */
function leanUndici(): Plugin {
  const id = '\0undici';
  const idOf = (client: string) => `${id}/${client}`;
  let folder = '';
  return {
    name: 'lean-undici',
    enforce: 'pre',
    async resolveId(name, importer) {
      if (name.startsWith(id)) return { id: name, moduleSideEffects: false };
      if (name !== 'undici') return null;
      const index = await this.resolve(name, importer, { skipSelf: true });
      folder = dirname(index?.id ?? '');
      return { id, moduleSideEffects: false };
    },
    load(loaded) {
      if (loaded === join(folder, 'lib/dispatcher/client-h2.js')) return 'module.exports = null;';
      for (const [client, { file, method }] of Object.entries(clients)) {
        // As undici's index does with each method of its API.
        if (loaded === idOf(client)) {
          return `
            import Client from '${folder}/lib/dispatcher/${file}.js';
            import method from '${folder}/lib/api/api-${method}.js';
            Client.prototype.${method} = method;
            export default Client;`;
        }
      }
      if (loaded !== id) return null;
      const names = Object.keys(clients);
      return `
        ${names.map((one) => `export { default as ${one} } from '${idOf(one)}';`).join('\n')}
        export { default as buildConnector } from '${folder}/lib/core/connect.js';`;
    },
  };
}

/** What the product and its packages import of node:http. */
const httpExports =
  'Agent, IncomingMessage, STATUS_CODES, Server, ServerResponse, createServer, get, request';

/**
 * Whoever imports node:http as an ES module reads all its exports, and one of them loads the `fetch` of Node:
 * 2.4 MB in each thread, and 14 MB of memory in a program that needs nothing else. Nothing is loaded if the
 * module is asked for instead.
 */
function leanHttp(): Plugin {
  const id = '\0node:http';
  return {
    name: 'lean-http',
    enforce: 'pre',
    resolveId: (name, _importer, { kind }) =>
      kind === 'import-statement' && /^(?:node:)?http$/.test(name)
        ? { id, moduleSideEffects: false }
        : null,
    load: (loaded) =>
      loaded === id
        ? `const http = process.getBuiltinModule('node:http');
          export default http;
          export const { ${httpExports} } = http;`
        : null,
  };
}

/** zod's messages in 60 languages are in the namespace that it exports; the product words its own. */
function leanZod(): Plugin {
  return {
    name: 'lean-zod',
    enforce: 'pre',
    load: (loaded) =>
      /\/zod\/v4\/locales\/index\.js$/.test(loaded)
        ? `export { default as en } from './en.js';`
        : null,
  };
}
