import { join } from 'node:path';
import { build, type Rolldown, type UserConfig } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import services from '../../../.docker/vite.config.ts';
import config from '../vite.config.ts';

/** A built file: the modules in it, what is loaded with it and what later. */
type Chunk = Pick<Rolldown.OutputChunk, 'moduleIds' | 'imports' | 'dynamicImports' | 'code'>;

async function chunksOf(of: UserConfig): Promise<Map<string, Chunk>> {
  const options = { ...of, build: { ...of.build, write: false } };
  const result = await build({ ...options, configFile: false, logLevel: 'error' });
  if (!('output' in result)) throw new Error('not one build');
  const chunks = result.output.flatMap((file) => (file.type === 'chunk' ? file : []));
  return new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
}

/** The modules that are loaded when a file is, without what is loaded later. */
function loadedWith(chunks: Map<string, Chunk>, file: string, seen = new Set<string>()): string[] {
  const chunk = seen.has(file) ? undefined : chunks.get(file);
  seen.add(file);
  if (!chunk) return [];
  return [...chunk.moduleIds, ...chunk.imports.flatMap((name) => loadedWith(chunks, name, seen))];
}

let product = new Map<string, Chunk>();
beforeAll(async () => {
  product = await chunksOf(config);
});

test("the gateway's thread loads no database and one client of undici", () => {
  const modules = loadedWith(product, 'gateway-thread.js');
  expect(modules.length).toBeGreaterThan(100);
  const needless =
    /node_modules\/(?:kysely|better-sqlite3|pg|hono|yaml|bullmq|ioredis)\/|undici\/(?:index|lib\/(?:mock|interceptor|api\/(?!api-connect|abort-signal)))|packages\/db\/src\/(?:engine\/open|migrations)/;
  expect(modules.filter((id) => needless.test(id))).toEqual([]);
});

test("no program loads the fetch of Node for node:http, or zod's messages in other languages", () => {
  const files = [...product].flatMap(([name, { imports }]) =>
    imports.includes('node:http') ? name : [],
  );
  expect(files).toEqual([]);
  const modules = [...product.values()].flatMap(({ moduleIds }) => moduleIds);
  const languages = modules.filter((id) => /zod\/v4\/locales\/(?!en\.|index\.)/.test(id));
  expect(languages).toEqual([]);
});

test('V8 can keep the text of what is built in one byte a character', () => {
  const texts = [...product.values()].map(({ code }) => code);
  expect(texts.filter((text) => Buffer.from(text, 'latin1').toString('latin1') !== text)).toEqual(
    [],
  );
});

test.each(['api', 'worker', 'proxy'])('the image of the %s has its program', async (name) => {
  const chunks = await chunksOf(services);
  const [later = ''] = chunks.get(`${name}.js`)?.dynamicImports ?? [];
  expect(loadedWith(chunks, later)).toContain(
    join(import.meta.dirname, `../../${name}/src/main.ts`),
  );
});
