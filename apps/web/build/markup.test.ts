import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { checkMarkup } from './check-markup.ts';
import { pages } from './pages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const patienceMs = 300_000;
const folders: string[] = [];

afterAll(() => Promise.all(folders.map((it) => rm(it, { recursive: true }))));

/** A room with one page: a store, a component with rows, and `body`. */
async function roomWith(body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'room-'));
  folders.push(folder);
  const files = {
    'page.html': `<script type="module" src="./src/main.ts"></script>
      <div x-data="panel"><include src="src/part.html" /></div>`,
    'src/part.html': body,
    'src/main.ts': `import { type TextKey } from './i18n/translate.ts';
      const panel = () => ({
        rows: [{ name: 'a', note: null as string | null }],
        note: { text: 'nested' },
        open(id: number) {},
      });
      export type Stores = { tabs: { current: string; title: TextKey } };
      export type Components = { panel: typeof panel };`,
    'src/i18n/translate.ts': `export type TextKey = 'a.title' | 'kind.x';
      export interface Translator { t(key: TextKey): string; count(key: TextKey): string }`,
    'src/charts/chart-sketch.ts': 'export type ChartSketch = object;',
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        target: 'es2025',
        module: 'nodenext',
        allowImportingTsExtensions: true,
        noEmit: true,
      },
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

it(
  'every name in the markup of the pages exists',
  async () => {
    expect(await checkMarkup(root, pages)).toEqual([]);
  },
  patienceMs,
);

it.each([
  ['<p x-text="$store.tabs.curent"></p>', "'curent' does not exist"],
  ['<p x-text="$store.tab.current"></p>', "'tab' does not exist"],
  ['<p x-show="row.length > 0"></p>', "'row' does not exist"],
  [
    '<template x-for="(row, index) in rows" :key="index"><p x-text="row.naem"></p></template>',
    "'naem' does not exist",
  ],
  ['<button @click="open(\'1\')"></button>', "'string' is not assignable"],
  ['<button @click="shut(1)"></button>', "'shut' does not exist"],
  ['<p x-t="a.titel"></p>', '\'"a.titel"\' is not assignable'],
  ['<p x-text="$t(\'kinds.\' + $store.tabs.current)"></p>', 'not assignable'],
  ['<template x-for="rows in $store.tabs.title" :key="rows"><b></b></template>', 'not assignable'],
  ['<p x-data="pannel"></p>', `'"pannel"' is not assignable`],
  ['<p x-txt="rows"></p>', 'No directive is called x-txt'],
  ['<p x-text="rows["></p>', 'x-text="rows["'],
])(
  'a fault is told with its file and attribute: %s',
  async (body, message) => {
    const faults = await checkMarkup(await roomWith(body), ['page.html']);
    expect(faults).toEqual([expect.stringContaining(message)]);
    expect(faults[0]).toMatch(/^src\/part\.html: (x-|@)[\w-]+="/);
  },
  patienceMs,
);

it(
  'names are those of the closest scope around them',
  async () => {
    const body = `<template x-for="row in rows" :key="row.name">
      <li :class="row.note && 'is-noted'" @click="open(row.name.length)" x-text="row.note"></li>
    </template>
    <template x-if="rows[0].note !== null"><b x-text="rows[0].note.length"></b></template>
    <div x-data="note"><p x-text="text" @click="open(text.length)"></p></div>
    <p x-text="$t($store.tabs.title)" :title="$t('kind.' + 'x')"></p>`;
    expect(await checkMarkup(await roomWith(body), ['page.html'])).toEqual([]);
  },
  patienceMs,
);
