import { expect, test } from 'vitest';
import type { ImportNote } from '../../import-notes.ts';
import { fromOneApi } from './one-api-channels.ts';

const row = {
  ...{ id: 7, type: 1, key: 'sk-a', status: 1, name: 'mine', base_url: 'https://a.example' },
  ...{ models: 'gpt-4o', group: 'default', priority: 0, weight: 0, auto_ban: 1 },
  ...{ created_time: 1_700_000_000, used_quota: 12, balance: 3, test_time: 1_700_000_100 },
};

const read = (...rows: object[]) =>
  fromOneApi(rows).map(({ entry, notes }) => ({
    ...(entry as { name: string; enabled: boolean; api_key?: string; keys?: object[] }),
    notes,
  }));
const noteOf = (notes: readonly ImportNote[], code: ImportNote['code']) =>
  notes.find((note) => note.code === code)?.params;

test('a row that only has what an import understands has no notes', () => {
  expect(read(row)).toMatchObject([{ name: 'mine', enabled: true, notes: [] }]);
});

test('settings are mapped onto fields of ours', () => {
  const [channel] = read({
    ...row,
    models: 'gpt-4o,mini,o3',
    model_mapping: '{"gpt-4o":"gpt-4o-2024-11-20","mini":"small","small":"gpt-4o-mini","o3":"o3"}',
    setting: '{"proxy":"socks5://me:secret@proxy.example","headers":{"X-Setting":"1"}}',
    header_override: { 'X-Team': 'blue', 'X-Trace': '{client_header:X-Request-Id}' },
    param_override: '{"temperature":0,"a/b":[1,"x"]}',
    openai_organization: 'org-1',
    ...{ priority: '7', weight: '3', tag: 'night', group: 'default,vip,VIP', test_model: 'o3' },
  });
  expect(channel).toEqual({
    ...{ name: 'mine', base_url: 'https://a.example', api_key: 'sk-a', enabled: true },
    selected_models: ['gpt-4o-2024-11-20', 'gpt-4o-mini', 'o3'],
    model_aliases: [...['gpt-4o = gpt-4o-2024-11-20', 'mini = gpt-4o-mini', 'small = gpt-4o-mini']],
    proxy_url: 'socks5://me:secret@proxy.example',
    headers: [
      ...['X-Team: blue', `X-Trace: \${client:X-Request-Id}`, 'X-Setting: 1'],
      'OpenAI-Organization: org-1',
    ],
    body_overrides: ['/temperature = 0', '/a~1b = [1,"x"]'],
    ...{ priority: 7, weight: 3, tags: ['night', 'vip'] },
    notes: [],
  });
});

test("new-api's operations that set or delete a field are mapped, others are named", () => {
  const operations = [
    { path: 'temperature', mode: 'set', value: 0.7 },
    { path: 'thinking.budget_tokens', mode: 'set', value: 1024, keep_origin: true },
    { path: 'top_k', mode: 'delete', conditions: [] },
    { path: 'messages.0.content', mode: 'append', value: '!' },
    { path: 'temperature', mode: 'set', value: 1, conditions: [{ path: 'model' }] },
    { path: 'messages.#.name', mode: 'delete' },
  ];
  const [channel] = read({ ...row, param_override: { operations } });
  expect(channel).toMatchObject({
    body_overrides: ['/temperature = 0.7', '?/thinking/budget_tokens = 1024', '-/top_k'],
  });
  expect(noteOf(channel?.notes ?? [], 'not_imported')).toEqual({
    fields: [3, 4, 5].map((n) => `param_override.operations.${n}`).join(', '),
  });
});

test('what has no counterpart, or is refused, is named without its value', () => {
  const [channel] = read({
    ...row,
    setting: '{"proxy":"ftp://me:secret@proxy.example","force_format":true}',
    settings: '{}',
    param_override: '{"model":"secret"}',
    header_override: { authorization: 'secret', 'X-Key': 'Bearer {api_key}', Host: 'secret' },
    model_mapping: '{"a":"b","b":"a","same":"same"}',
    status_code_mapping: '{"503":"secret"}',
    group: 'default',
    weight: '-3',
    tag: 'secret '.repeat(9),
    invented_by_a_fork: 'secret',
  });
  const names = [
    ...['setting.force_format', 'status_code_mapping', 'invented_by_a_fork'],
    ...['model_mapping.a', 'model_mapping.b'],
    ...['header_override.authorization', 'header_override.X-Key', 'header_override.Host'],
    ...['param_override.model', 'tag', 'setting.proxy', 'weight'],
  ];
  expect(channel).toMatchObject({ name: 'mine', enabled: true });
  expect(JSON.stringify(channel)).not.toContain('secret');
  expect(channel?.notes).toEqual([{ code: 'not_imported', params: { fields: names.join(', ') } }]);
});

test.each(['model_mapping', 'header_override', 'param_override'])(
  'a %s that is no JSON is named',
  (column) => {
    const [channel] = read({ ...row, [column]: 'secret' });
    expect(noteOf(channel?.notes ?? [], 'not_imported')).toEqual({ fields: column });
  },
);

test('settings that cannot be read are named as a whole', () => {
  const [channel] = read({ ...row, setting: 'proxy=socks5://me:secret@proxy.example' });
  expect(noteOf(channel?.notes ?? [], 'not_imported')).toEqual({ fields: 'setting' });
});

test.each([
  ['Azure', { type: 3 }],
  ['Midjourney', { type: 2 }],
  ['Vertex AI', { type: 41 }],
  ['AWS Bedrock', { type: 33, auto_ban: undefined, config: '' }],
  ['Coze', { type: '34', auto_ban: undefined, config: '{}' }],
])('%s is imported paused, since its protocol is not spoken here', (type, own) => {
  const given = Object.fromEntries(
    Object.entries({ ...row, ...own }).filter(([, value]) => value !== undefined),
  );
  const [channel] = read(given);
  expect(channel?.enabled).toBe(false);
  expect(noteOf(channel?.notes ?? [], 'foreign_protocol')).toEqual({ type });
});

test('a number that means something else in the other tool is not mistaken', () => {
  expect(read({ ...row, type: 34 })).toMatchObject([{ enabled: true, notes: [] }]);
});

const multiKey = {
  ...row,
  key: 'sk-a\nsk-b\n\nsk-c',
  channel_info: '{"is_multi_key":true,"multi_key_size":4,"multi_key_status_list":{"1":2,"3":3}}',
};

test.each([
  ['as text', multiKey],
  ['as an object', { ...multiKey, channel_info: JSON.parse(multiKey.channel_info) }],
])(
  'the keys of a row become the keys of one channel, disabled ones as such: %s',
  (_name, given) => {
    const channels = read(given);
    expect(channels).toMatchObject([
      {
        ...{ name: 'mine', enabled: true },
        keys: [
          { api_key: 'sk-a', enabled: true },
          { api_key: 'sk-b', enabled: false },
          { api_key: 'sk-c', enabled: false },
        ],
        notes: [
          { code: 'many_keys', params: { keys: 3 } },
          { code: 'disabled_keys', params: { keys: 2 } },
        ],
      },
    ]);
  },
);

test('a channel whose keys are all disabled is disabled, and its first key serves once it is not', () => {
  const [channel] = read({
    ...{ ...row, key: 'sk-a\nsk-b' },
    channel_info: { multi_key_status_list: { 0: 2, 1: 3 } },
  });
  expect(channel).toMatchObject({
    ...{ enabled: false, keys: [{ enabled: true }, { enabled: false }] },
    notes: [{ code: 'many_keys' }, { code: 'disabled_keys' }, { code: 'disabled_there' }],
  });
});

test('a disabled channel says so', () => {
  const [channel] = read({ ...row, status: 2 });
  expect(channel).toMatchObject({ enabled: false, notes: [{ code: 'disabled_there' }] });
});

const account = { type: 'service_account', private_key: '-----BEGIN\nkey\n-----END\n' };

test.each([
  ['on many lines', JSON.stringify(account, null, 2), 1],
  ['on one line', JSON.stringify(account), 1],
  ['cut short', JSON.stringify(account, null, 2).slice(0, -3), 1],
  ['twice, one a line', `${JSON.stringify(account)}\n${JSON.stringify({ ...account, id: 2 })}`, 2],
  ['twice, in a list', JSON.stringify([account, { ...account, id: 2 }], null, 2), 2],
])("a service account's key is one key: %s", (_name, key, count) => {
  const [channel, ...others] = read({ ...row, type: 41, key });
  expect(others).toEqual([]);
  expect(channel).toMatchObject({ enabled: false });
  expect(channel?.keys?.length ?? 1).toBe(count);
});

test('a number after a repeated name is one that no row has', () => {
  const names = read(
    { ...row, key: 'a' },
    { ...row, key: 'b\nc' },
    { ...row, name: 'mine (2)', key: 'd' },
    { ...row, key: 'e' },
  ).map(({ name }) => name);
  expect(names).toEqual(['mine', 'mine (3)', 'mine (2)', 'mine (4)']);
});

test('models with bad names are left out, and said', () => {
  const long = 'x'.repeat(257);
  const [channel] = read({ ...row, models: `gpt-4o,bad\u0000name,${long}` });
  expect(channel).toMatchObject({ selected_models: ['gpt-4o'] });
  expect(noteOf(channel?.notes ?? [], 'bad_models')).toEqual({
    count: 2,
    names: `"bad\\u0000name", "${'x'.repeat(60)}…"`,
  });
});

test('models with only bad names stay, so that the channel is refused instead of selecting all', () => {
  expect(read({ ...row, models: 'bad\u0000name' })).toMatchObject([
    { selected_models: ['bad\u0000name'], notes: [] },
  ]);
});

test('names that differ only in case, width or Unicode form get a number too', () => {
  const names = ['Café', 'CAFE\u0301', 'ＣＡＦÉ'].map((name) => ({ ...row, name }));
  expect(read(...names).map(({ name }) => name)).toEqual(['Café', 'CAFE\u0301 (2)', 'ＣＡＦÉ (3)']);
});
