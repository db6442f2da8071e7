import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { readUpload } from './read-upload.ts';

const read = (bytes: Buffer | string) => {
  const upload = readUpload(Buffer.from(bytes));
  return {
    entries: upload.entries.map(({ entry }) => entry),
    notes: upload.notes.map(({ code }) => code),
  };
};

const official = { name: 'OpenAI/官转', base_url: 'https://relay.example', api_key: 'sk-1' };
const csv = 'name,base_url,api_key\r\nOpenAI/官转,https://relay.example,sk-1\r\n';
/** "OpenAI/官转" in GBK. */
const gbk = Buffer.concat([
  Buffer.from('name,base_url,api_key\nOpenAI/'),
  Buffer.from([0xb9, 0xd9, 0xd7, 0xaa]),
  Buffer.from(',https://relay.example,sk-1\n'),
]);
const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => utf16le(text).swap16();

test.each([
  ['UTF-8', csv],
  ['UTF-8 with a mark', `\uFEFF${csv}`],
  ['UTF-16, little end first', utf16le(`\uFEFF${csv}`)],
  ['UTF-16, big end first', utf16be(`\uFEFF${csv}`)],
  ['UTF-16 without a mark', utf16le(csv)],
  ['UTF-16 without a mark, big end first', utf16be(csv)],
  ['JSON in UTF-16', utf16le(`\uFEFF${JSON.stringify([official])}`)],
])('%s is read', (_name, bytes) => {
  expect(read(bytes)).toEqual({ entries: [official], notes: [] });
});

test('GBK is read, and said to be a guess', () => {
  expect(read(gbk)).toEqual({ entries: [official], notes: ['read_as_gbk'] });
});

const latin = (text: string) => Buffer.from(`name,base_url\n${text},https://a.example\n`, 'latin1');

test.each([
  ['Latin-1', latin('café'), 'neither UTF-8, UTF-16 nor GBK'],
  ['Latin-1 whose bytes would be hanzi', latin('été à côté'), 'neither UTF-8, UTF-16 nor GBK'],
  [
    'Shift-JIS',
    Buffer.concat([latin(''), Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67])]),
    'neither UTF-8, UTF-16 nor GBK',
  ],
  ['broken UTF-8 with a mark', Buffer.from([0xef, 0xbb, 0xbf, 0xb9, 0xd9]), 'claims to be UTF-8'],
  ['UTF-16 cut within a character', utf16le(`\uFEFF${csv}`).subarray(0, 41), 'claims to be UTF-16'],
  ['an Excel workbook', Buffer.from([0x50, 0x4b, 3, 4, 0x14, 0]), 'save it as CSV (UTF-8)'],
])('%s is refused rather than read wrong', (_name, bytes, fault) => {
  expect(() => read(bytes)).toThrow(fault);
});

const separated = (delimiter: string) => csv.replaceAll(',', delimiter);

test.each([
  ['semicolons', separated(';')],
  ['tabs', separated('\t')],
  ['bars', separated('|')],
  ["Excel's own first line", `sep=;\r\n${separated(';')}`],
  ["Excel's own first line, with a mark", `\uFEFFsep=\t\r\n${separated('\t')}`],
  [
    'commas inside quoted names of columns',
    '"name";"base_url";"api_key"\n"OpenAI/官转";"https://relay.example";"sk-1"\n',
  ],
])('a CSV with %s is read', (_name, text) => {
  expect(read(text).entries).toEqual([official]);
});

test('empty cells between tabs stay empty', () => {
  const text = 'name\tbase_url\tapi_key\tprompt\na\thttps://a.example\t\tHello, you\n';
  expect(read(text).entries).toEqual([
    { name: 'a', base_url: 'https://a.example', prompt: 'Hello, you' },
  ]);
});

test.each(['NULL', 'null', '\\N'])('a cell with %s is empty, unless it is quoted', (cell) => {
  const text = `name,base_url,api_key,source_url\n"${cell}",https://a.example,${cell},${cell}\n`;
  expect(read(text).entries).toEqual([{ name: cell, base_url: 'https://a.example' }]);
});

const row = {
  ...{ id: '7', type: '1', key: 'sk-1', status: '1', name: 'mine', base_url: null },
  ...{ models: 'gpt-4o', group: 'default', priority: '0' },
};
const mine = {
  ...{ name: 'mine', base_url: 'https://api.openai.com', api_key: 'sk-1', enabled: true },
  selected_models: ['gpt-4o'],
};

test("phpMyAdmin's JSON is read, whatever other tables it has", () => {
  const parts = [
    { type: 'header', version: '5.2.1', comment: 'Export to JSON plugin for phpMyAdmin' },
    { type: 'database', name: 'oneapi' },
    { type: 'table', name: 'abilities', database: 'oneapi', data: [{ group: 'default' }] },
    { type: 'table', name: 'channels', database: 'oneapi', data: [row] },
  ];
  expect(read(JSON.stringify(parts, null, 1)).entries).toEqual([mine]);
  expect(() => read(JSON.stringify(parts.slice(0, 3)))).toThrow('has no table "channels"');
});

test.each([
  ['JSON lines', `${JSON.stringify(official)}\n\n${JSON.stringify({ ...official, name: 'b' })}\n`],
  [
    'JSON lines of Windows',
    `${JSON.stringify(official)}\r\n${JSON.stringify({ ...official, name: 'b' })}`,
  ],
])('%s are read', (_name, text) => {
  expect(read(text).entries).toEqual([official, { ...official, name: 'b' }]);
});

test('a single line of JSON is one channel', () => {
  expect(read(`${JSON.stringify(official)}\n`).entries).toEqual([official]);
});

test('a bad line of JSON is named without being quoted', () => {
  const text = `${JSON.stringify(official)}\n{"api_key": "sk-secret\n`;
  expect(() => read(text)).toThrow(/^line 2 of the file is not valid JSON$/);
});

test('merge keys of YAML are resolved: own fields first, then the mappings in their order', () => {
  const text = `
base: &base {interval_min: 5, timeout_s: 9}
slow: &slow {<<: *base, timeout_s: 60, base_url: https://slow.example}
channels:
  - {<<: *slow, name: a}
  - {name: b, base_url: https://b.example, <<: [*base, *slow]}
`;
  expect(read(text).entries).toEqual([
    { name: 'a', base_url: 'https://slow.example', interval_min: 5, timeout_s: 60 },
    { name: 'b', base_url: 'https://b.example', interval_min: 5, timeout_s: 9 },
  ]);
});

test('700 channels may merge the same mapping', () => {
  const lines = Array.from({ length: 700 }, (_, i) => `  - {<<: *d, name: c${i}}`);
  const text = `d: &d {base_url: https://a.example}\nchannels:\n${lines.join('\n')}\n`;
  expect(read(text).entries[699]).toEqual({ name: 'c699', base_url: 'https://a.example' });
});

test.each([
  ['itself', 'channels:\n  - &a {name: a, <<: *a}\n', [{ name: 'a' }]],
  ['a text', 'channels:\n  - {name: a, <<: text}\n', [{ name: 'a' }]],
])('an entry that merges %s keeps its own fields', (_name, text, entries) => {
  expect(read(text).entries).toEqual(entries);
});

const mergeSteps = (count: number, mergeOf: (alias: string) => string) =>
  Array.from({ length: count }, (_, i) => {
    const fields = Array.from({ length: 20 }, (_item, j) => `k${i}_${j}: 1`).join(', ');
    return `m${i}: &m${i} {${i === 0 ? '' : `<<: ${mergeOf(`*m${i - 1}`)}, `}${fields}}`;
  }).join('\n');

test.each([
  ['collect more fields than a channel may have', 6, (it: string) => it, 'at most 100 fields'],
  ['double with each step', 40, (it: string) => `[${it}, ${it}]`, 'not valid YAML'],
])('merges that %s are refused', (_name, count, mergeOf, fault) => {
  const text = `${mergeSteps(count, mergeOf)}\nchannels: [{<<: *m${count - 1}}]`;
  expect(() => read(text)).toThrow(fault);
});

test('a SQLite file in WAL mode is read, and said to be perhaps out of date', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'one-api.db');
  const sqlite = new DatabaseSync(file);
  sqlite.exec(`create table channels (id, type, key, status, name, models);
    insert into channels values (7, 1, 'sk-1', 1, 'mine', 'gpt-4o')`);
  expect(read(readFileSync(file))).toEqual({ entries: [mine], notes: [] });
  sqlite.exec('pragma journal_mode = wal');
  sqlite.close();
  expect(read(readFileSync(file))).toEqual({ entries: [mine], notes: ['wal_missing'] });
});

test('700 channels with 150 models each fit', () => {
  const models = Array.from({ length: 150 }, (_, i) => `anthropic/claude-model-${i}-2025`);
  const rows = Array.from({ length: 700 }, (_, i) => ({
    ...row,
    ...{ id: i, name: `channel ${i}`, key: `sk-${i}`, models: models.join(',') },
  }));
  const text = JSON.stringify({ data: { items: rows } });
  expect(text.length / 1024 ** 2).toBeGreaterThan(3.2);
  expect(read(text).entries).toHaveLength(700);
});
