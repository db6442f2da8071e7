import { expect, test } from 'vitest';
import { readUpload } from './read-upload.ts';

const read = (text: string) => readUpload(Buffer.from(text)).entries.map(({ entry }) => entry);

const relay = { name: 'relay', base_url: 'https://relay.example', api_key: 'sk-1' };

test.each([
  ['JSON', JSON.stringify({ channels: [relay] })],
  ['a bare JSON list', JSON.stringify([relay])],
  ["this monitor's API", JSON.stringify({ items: [relay] })],
  ['YAML', 'channels:\n  - name: relay\n    base_url: https://relay.example\n    api_key: sk-1\n'],
  ['CSV', 'name,base_url,api_key\nrelay,https://relay.example,sk-1\n'],
  ['CSV with other names', '\uFEFFName,URL,Key\r\nrelay,https://relay.example,sk-1\r\n'],
])('%s is recognised by its content', (_name, text) => {
  expect(read(text)).toEqual([relay]);
});

test('a CSV can set fields of every type', () => {
  const text =
    'name,base_url,key,enabled,interval_min,verify_ssl,models\na,https://a.example,k,no,5,true,"m1, m2"\n';
  expect(read(text)).toEqual([
    {
      name: 'a',
      base_url: 'https://a.example',
      api_key: 'k',
      enabled: false,
      interval_min: 5,
      verify_ssl: true,
      selected_models: ['m1', 'm2'],
    },
  ]);
});

const row = {
  id: 7,
  type: 1,
  key: 'sk-a\nsk-b\nsk-a\n',
  status: 1,
  name: 'mine',
  base_url: '',
  models: 'gpt-4o,gpt-4o-mini,,gpt-4o',
  group: 'default',
  priority: 0,
  weight: 3,
};

test('a channel of one-api becomes one channel with all of its keys', () => {
  const common = {
    base_url: 'https://api.openai.com',
    enabled: true,
    selected_models: ['gpt-4o', 'gpt-4o-mini'],
    weight: 3,
  };
  expect(read(JSON.stringify({ success: true, data: [row] }))).toEqual([
    {
      ...{ ...common, name: 'mine' },
      keys: [
        { api_key: 'sk-a', enabled: true },
        { api_key: 'sk-b', enabled: true },
      ],
    },
  ]);
});

test("new-api's list is read without keys, with disabled channels, priorities and unknown types", () => {
  const rows = [
    { ...row, id: 1, name: 'low', key: '', priority: 1, base_url: 'https://low.example' },
    { ...row, id: 2, name: 'high', key: '', priority: 9, status: 2, type: 43, models: '' },
  ];
  expect(read(JSON.stringify({ success: true, data: { items: rows, total: 2 } }))).toEqual([
    { name: 'high', enabled: false, selected_models: [], priority: 9, weight: 3 },
    {
      ...{ name: 'low', priority: 1, weight: 3 },
      base_url: 'https://low.example',
      enabled: true,
      selected_models: ['gpt-4o', 'gpt-4o-mini'],
    },
  ]);
});

test('a dump of their table as CSV is read', () => {
  const text = 'id,type,key,status,name,base_url,models\n1,14,sk-x,1,claude,,claude-sonnet-4\n';
  expect(read(text)).toEqual([
    {
      name: 'claude',
      base_url: 'https://api.anthropic.com',
      enabled: true,
      selected_models: ['claude-sonnet-4'],
      api_key: 'sk-x',
    },
  ]);
});

test.each([
  ['broken JSON', '{"channels": [{"api_key": sk-secret', 'not valid JSON'],
  ['broken YAML', 'channels: [{api_key: sk-secret', 'not valid YAML at line 1'],
  ['nothing', '', 'must hold a list of channels'],
  ['no list', '{"channels": {"relay": 1}}', 'must hold a list of channels'],
  ['words', 'just some words', 'must hold a list of channels'],
  ['too many', `{"channels": [${'{},'.repeat(5000)}{}]}`, 'at most 5000 channels'],
  ['deep JSON', '['.repeat(500_000), 'not valid JSON'],
  ['deep YAML', `a: ${'['.repeat(50_000)}`, 'not valid YAML'],
])('%s is refused', (_name, text, fault) => {
  expect(() => read(text)).toThrow(fault);
  expect(() => read(text)).not.toThrow(/sk-secret/);
});

test('a text that is too long is refused before it is parsed', () => {
  expect(() => read(`[${' '.repeat(8 * 1024 ** 2)}]`)).toThrow('must not exceed 8 MiB');
});

test('aliases that would expand to billions are not expanded', () => {
  const bomb = ['a0: &a0 [x]'];
  for (let i = 1; i < 12; i += 1) {
    bomb.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(',')}]`,
    );
  }
  expect(() => read(`${bomb.join('\n')}\nchannels: *a11`)).toThrow('not valid YAML');
});
