import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pages } from '../../build/pages.ts';
import { checkMarkup } from './check-markup.ts';

const patienceMs = 300_000;

/** Markup with one error, and the message that the check reports. */
const faulty: [markup: string, message: string][] = [
  ['<p x-text="$store.tabs.curent"></p>', "'curent' does not exist"],
  ['<p x-text="$store.tab.current"></p>', "'tab' does not exist"],
  ['<p x-show="row.length > 0"></p>', "'row' does not exist"],
  [
    '<template x-for="(row, index) in rows" :key="index"><p x-text="row.naem"></p></template>',
    "'naem' does not exist",
  ],
  ['<button @click="open(\'1\')"></button>', "'string' is not assignable"],
  ['<button @click="shut(1)"></button>', "'shut' does not exist"],
  ['<p x-t="a.titel"></p>', `'"a.titel"' is not assignable`],
  ['<p x-text="$t(\'kinds.\' + $store.tabs.current)"></p>', 'not assignable'],
  ['<template x-for="rows in $store.tabs.title" :key="rows"><b></b></template>', 'not assignable'],
  ['<p x-data="pannel"></p>', `'"pannel"' is not assignable`],
  ['<p x-txt="rows"></p>', 'No directive is called x-txt'],
  ['<p x-text="rows["></p>', 'Unexpected token'],
];

const validMarkup = `<template x-for="row in rows" :key="row.name">
    <li :class="row.note && 'is-noted'" @click="open(row.name.length)" x-text="row.note"></li>
  </template>
  <template x-if="rows[0].note !== null"><b x-text="rows[0].note.length"></b></template>
  <div x-data="note"><p x-text="text" @click="open(text.length)"></p></div>
  <p x-text="$t($store.tabs.title)" :title="$t('kind.' + 'x')"></p>`;

const files: Record<string, string> = {
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
let room: string;
let faults: string[];

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'room-'));
  const markups = [...faulty.map(([markup]) => markup), validMarkup];
  for (const [index, markup] of markups.entries()) {
    files[`page-${index}.html`] = `<script type="module" src="./src/main.ts"></script>
      <div x-data="panel"><include src="src/part-${index}.html" /></div>`;
    files[`src/part-${index}.html`] = markup;
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(room, name)), { recursive: true });
    await writeFile(join(room, name), text);
  }
  faults = await checkMarkup(
    room,
    markups
      .keys()
      .map((index) => `page-${index}.html`)
      .toArray(),
  );
}, patienceMs);

afterAll(() => rm(room, { recursive: true }));

it('every name in the markup of the pages exists', { timeout: patienceMs }, async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  expect(await checkMarkup(root, pages)).toEqual([]);
});

it.each(faulty.map(([markup, message], index) => [markup, message, index] as const))(
  'reports the file and the attribute of %s',
  (_markup, message, index) => {
    const own = faults.filter((it) => it.startsWith(`src/part-${index}.html: `));
    expect(own).toEqual([expect.stringContaining(message)]);
    expect(own[0]).toMatch(/: (x-|@)[\w-]+="/);
  },
);

it('reports nothing else: a name belongs to its closest scope', () => {
  expect(faults).toHaveLength(faulty.length);
});
