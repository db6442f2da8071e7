import { expect, test } from 'vitest';
import { areLines, readLines } from './read-lines.ts';
import { readUpload } from './read-upload.ts';

const aurora = { name: 'Aurora', base_url: 'https://a.example/v1', api_key: 'sk-aurora-1' };

test.each([
  ['blanks', 'Aurora https://a.example/v1 sk-aurora-1'],
  ['commas', 'Aurora,https://a.example/v1,sk-aurora-1'],
  ['tabs, the key first', 'sk-aurora-1\thttps://a.example/v1\tAurora'],
  ['bars, the address first', 'https://a.example/v1 | sk-aurora-1 | Aurora'],
  ['dashes', 'Aurora----https://a.example/v1----sk-aurora-1'],
  ['Chinese signs and labels', '名称：Aurora，地址：https://a.example/v1，密钥：sk-aurora-1'],
  ['labels', 'name: Aurora url: https://a.example/v1 key: sk-aurora-1'],
  ['lines of their own', 'Aurora\nhttps://a.example/v1\nsk-aurora-1\n'],
  ['variables', 'Aurora\nOPENAI_BASE_URL=https://a.example/v1\nOPENAI_API_KEY=sk-aurora-1'],
])('a channel is read between %s', (_name, text) => {
  expect(areLines(text)).toBe(true);
  expect(readLines(text).map(({ entry }) => entry)).toEqual([aurora]);
});

test('many lines are many channels; names have blanks, and comments are left out', () => {
  const text = `# mine
My relay, https://a.example, sk-aurora-1
OpenAI/官转 https://b.example 0123456789abcdef0123
https://c.example sk-cedar-1

https://c.example sk-cedar-2
https://d.example`;
  expect(readLines(text).map(({ entry, isNameMade = false }) => ({ entry, isNameMade }))).toEqual([
    { entry: { ...aurora, name: 'My relay', base_url: 'https://a.example' }, isNameMade: false },
    {
      entry: {
        name: 'OpenAI/官转',
        base_url: 'https://b.example',
        api_key: '0123456789abcdef0123',
      },
      isNameMade: false,
    },
    {
      entry: { name: 'c.example', base_url: 'https://c.example', api_key: 'sk-cedar-1' },
      isNameMade: true,
    },
    {
      entry: { name: 'c.example (2)', base_url: 'https://c.example', api_key: 'sk-cedar-2' },
      isNameMade: true,
    },
    { entry: { name: 'd.example', base_url: 'https://d.example' }, isNameMade: true },
  ]);
});

const keyed = {
  name: 'Aurora',
  base_url: 'https://a.example/v1',
  keys: [{ api_key: 'sk-aurora-1' }, { api_key: 'sk-aurora-2' }],
};

test.each([
  ['on its line', 'Aurora https://a.example/v1 sk-aurora-1, sk-aurora-2'],
  ['after its line', 'Aurora https://a.example/v1 sk-aurora-1\nsk-aurora-2\nsk-aurora-2'],
  ['on lines of their own', 'Aurora\nhttps://a.example/v1\nsk-aurora-1\nsk-aurora-2'],
  ['before its address', 'sk-aurora-1\nsk-aurora-2\nhttps://a.example/v1\nAurora'],
])('a channel takes every key %s', (_name, text) => {
  const [first, ...others] = readLines(`${text}\n\nBirch https://b.example sk-birch-1`);
  expect(first?.entry).toEqual(keyed);
  expect(first?.notes).toEqual([{ code: 'many_keys', params: { keys: 2 } }]);
  expect(others.map(({ entry }) => entry)).toEqual([
    { name: 'Birch', base_url: 'https://b.example', api_key: 'sk-birch-1' },
  ]);
});

test('keys before their addresses stay with these', () => {
  const lines = 'sk-aurora-1\nhttps://a.example\nsk-birch-1\nhttps://b.example';
  expect(readLines(lines).map(({ entry }) => entry)).toEqual([
    { name: 'a.example', base_url: 'https://a.example', api_key: 'sk-aurora-1' },
    { name: 'b.example', base_url: 'https://b.example', api_key: 'sk-birch-1' },
  ]);
});

test('a line without an address is an entry that can be refused, and shows no key', () => {
  const text = 'Aurora https://a.example/v1 sk-aurora-1\n\nwords alone\n\nsk-lost-0123456789abc';
  expect(readLines(text).map(({ entry }) => entry)).toEqual([
    aurora,
    { name: 'words alone' },
    { name: 'sk-lo…9abc', api_key: 'sk-lost-0123456789abc' },
  ]);
});

test.each([
  ['YAML', 'channels:\n  - name: Aurora\n    base_url: https://a.example\n'],
  ['a list of YAML', '- name: Aurora\n  base_url: https://a.example\n'],
  ['YAML on one line', 'channels: [{name: Aurora, base_url: "https://a.example"}]'],
  ['a list of YAML on one line', '- {name: Aurora, base_url: https://a.example}'],
  ['a mapping of YAML', 'base_url: https://a.example\nname: Aurora\n'],
  ['JSON', '[{"name": "Aurora", "base_url": "https://a.example"}]'],
  ['words', 'just some words'],
])('%s is not taken for lines', (_name, text) => {
  expect(areLines(text)).toBe(false);
});

test('an upload of lines is recognised by its content, a CSV by its head', () => {
  const lines = 'Aurora https://a.example/v1 sk-aurora-1\n';
  expect(readUpload(Buffer.from(lines)).entries.map(({ entry }) => entry)).toEqual([aurora]);
  const csv = 'name,base_url,api_key\nAurora,https://a.example/v1,sk-aurora-1\n';
  expect(readUpload(Buffer.from(csv)).entries.map(({ entry }) => entry)).toEqual([aurora]);
});
