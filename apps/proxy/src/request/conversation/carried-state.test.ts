import type { GatewayRoute } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { carriedState } from './carried-state.ts';
import { outlineOf } from './outline.ts';

const read = (route: GatewayRoute, body: object | string) => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return carriedState(route, bytes, outlineOf(bytes));
};

const carried = (route: GatewayRoute, body: object | string) => {
  const marks = read(route, body);
  if ('error' in marks) throw new Error(marks.error.message);
  return marks.map(({ field, mark }) => `${field}: ${mark}`);
};

test.each<[GatewayRoute, object | string, string[]]>([
  ['responses', { previous_response_id: 'resp_1' }, ['previous_response_id: resp_1']],
  ['responses', { conversation: 'conv_1' }, ['conversation: conv_1']],
  ['responses', { conversation: { id: 'conv_1' } }, ['conversation: conv_1']],
  ['responses', { tools: [{ container: 'cntr_1' }] }, ['container: cntr_1']],
  ['responses', { input: [{ encrypted_content: 'a' }] }, ['encrypted_content: a']],
  [
    'responses',
    { input: [{ type: 'item_reference', id: 'rs_0123456789ab' }] },
    ['id: rs_0123456789ab'],
  ],
  ['responses', { input: [{ type: 'reasoning', id: 'rs_1' }] }, []],
  ['responses-compact', '{"previous_response_id" :\n "r"}', ['previous_response_id: r']],
  ['anthropic', { container: 'container_1' }, ['container: container_1']],
  ['anthropic', { container: { id: 'c', skills: [] } }, ['container: c']],
  ['anthropic', { messages: [{ content: [{ signature: 's' }] }] }, ['signature: s']],
  ['gemini', { contents: [{ thoughtSignature: 's' }] }, ['thoughtSignature: s']],
  ['gemini', { contents: [{ thought_signature: 's' }] }, ['thought_signature: s']],
  ['chat', { a: { google: { thought_signature: 's' } } }, ['thought_signature: s']],
  ['chat', { a: '"signature":"no"' }, []],
  ['chat', { a: 'signature', b: 's' }, []],
  ['chat', { mysignature: 's', signature: '', b: { signature: null } }, []],
  ['chat', '{"signature":"a\\/b\\u003d"}', ['signature: a/b=']],
  ['chat', '{"signature":"cut', []],
  ['responses', { input: [{ id: 'own' }], id: 7 }, []],
  ['chat', '"signature"', []],
  ['embeddings', { signature: 's', previous_response_id: 'r' }, []],
  ['responses', { previous_response_id: '', file_id: '' }, []],
  ['responses', { previous_response_id: null, file_ids: [], user: 'x' }, []],
  ['responses', { previous_response_id: null, conversation: 7, container: { type: 'auto' } }, []],
])('%s %j carries %j', (route, body, marks) => {
  expect(carried(route, body)).toEqual(marks);
});

test('references come before sealed content, and the latest first', () => {
  const input = [{ encrypted_content: 'old' }, { encrypted_content: 'new' }];
  expect(carried('responses', { previous_response_id: 'r', input })).toEqual([
    ...['previous_response_id: r', 'encrypted_content: new', 'encrypted_content: old'],
  ]);
});

test('a reference is found before any number of items', () => {
  const input = Array.from({ length: 2_000 }, (_, n) => ({
    id: `rs_00000000${n + 1000}`,
    call_id: `call_${n}`,
  }));
  const marks = carried('responses', { previous_response_id: 'r', input });
  expect(marks.slice(0, 2)).toEqual(['previous_response_id: r', 'id: rs_000000002999']);
  expect(marks).toHaveLength(9);
});

test('only the latest few are read', () => {
  const contents = Array.from({ length: 100 }, (_, n) => ({ thoughtSignature: `s${n}` }));
  const marks = carried('gemini', { contents });
  expect([marks.length, marks[0]]).toEqual([8, 'thoughtSignature: s99']);
});

test('a hostile body of several megabytes is read quickly', () => {
  for (const piece of [
    '"signature"',
    '\\"signature":"x",',
    'ignature"',
    '"encrypted_content":1,',
    '"file_ids":[',
    '{"file_ids":[1,',
    '"file_i\\u0064":',
  ]) {
    const body = Buffer.from(`{${piece.repeat(10_000_000 / piece.length)}`);
    const before = process.threadCpuUsage();
    carriedState('chat', body, outlineOf(body));
    // This thread's own time: other programs on the machine don't count.
    expect(process.threadCpuUsage(before).user / 1_000, piece).toBeLessThan(2_000);
  }
});

test.each<[GatewayRoute, object, [string, string][]]>([
  [
    'responses',
    {
      input: [{ content: [{ type: 'input_file', file_id: 'file-1' }] }],
      tools: [{ file_ids: [] }],
    },
    [['file_id', 'file-1']],
  ],
  [
    'responses',
    { tools: [{ container: { type: 'auto', file_ids: ['file-1', 'file-2'] } }] },
    [
      ['file_ids', 'file-1'],
      ['file_ids', 'file-2'],
    ],
  ],
  ['anthropic', { messages: [{ source: { file_id: 'file_1' } }] }, [['file_id', 'file_1']]],
  [
    'gemini',
    { a: { fileUri: 'https://g.example/v1beta/files/x-1' }, cachedContent: 'cachedContents/c' },
    [
      ['fileUri', 'files/x-1'],
      ['cachedContent', 'cachedContents/c'],
    ],
  ],
  [
    'gemini',
    { a: { file_uri: 'gs://bucket/x.pdf' }, b: { fileUri: 'files/y' } },
    [['fileUri', 'files/y']],
  ],
  ['embeddings', { input: { file_id: 'file-1' } }, []],
  ['chat', { messages: [{ content: '{"file_id":"file-1"}' }], file_id: 7 }, []],
])('%s of %j names the objects %j', (route, body, expected) => {
  const marks = read(route, body);
  if ('error' in marks) throw new Error(marks.error.message);
  const found = marks.filter(({ isObject }) => isObject);
  expect(found.map(({ field, mark }) => [field, mark])).toEqual(expected);
});

test.each([
  '{"previous_response_id":"own","previous_response_id":"theirs"}',
  '{"previous_response_id":"own","previous_response_i\\u0064":"theirs"}',
  '{"Previous_Response_Id":"theirs"}',
  '{"previouſ_response_id":"theirs"}',
  '{"\\u0070revious_response_i\\u0044":"theirs"}',
  '{"previous_response_id":["theirs"]}',
  '{"previous_response_id":{"id":"theirs"}}',
  '{"previous_response_id":"\\x"}',
])('%s is refused, because parsers may read another id', (body) => {
  expect(read('responses', body)).toMatchObject({
    error: { status: 400, param: 'previous_response_id' },
  });
  expect(read('chat', body)).toEqual([]);
});

test.each([
  ['{"a":{"file_i\\u0064":"f-1"}}', 'file_id: f-1'],
  ['{"a":{"\\u0066\\u0069\\u006c\\u0065\\u005f\\u0069\\u0064":"f-1"}}', 'file_id: f-1'],
  ['{"a":{"FILE_ID":"f-1"}}', 'file_id: f-1'],
  ['{"a":{"file_idſ":["f-1"]}}', 'file_ids: f-1'],
  ['{"a":{"file_id\\u017f":["f-1"]}}', 'file_ids: f-1'],
  ['{"file_ids":[1,"f-1",null,["f-2"],{"x":"f-3"}]}', 'f-1 f-2 x f-3'],
  ['{"file_ids":[{"file_ids":["f-1"]}],"file_id":"f-2"}', 'file_ids f-1 file_id: f-2'],
  ['{"fileUri":"https://g.example/v1beta/files/x-1?alt=media"}', 'files/x-1'],
  ['{"fileUri":"https://g.example/v1beta/files/x-1/#a"}', 'files/x-1'],
  ['{"fileUri":"https://g.example/v1beta/%66iles%2Fx%2d1"}', 'files/x-1'],
  ['{"fileUri":"https://g.example\\\\files\\\\x-1"}', 'files/x-1'],
  ['{"FileUri":" Files//x\\t-1"}', 'files/x-1'],
  ['{"cached\\u0043ontent":"cachedContents/c"}', 'cachedContents/c'],
])('%s names %s', (body, names) => {
  const all = carried('responses', body).join(' ');
  for (const name of names.split(' ')) expect(all).toContain(name);
});

test.each(['https://g.example/youtube?v=files', 'data:video/mp4;base64,/files/x-1'])(
  'the address %s names no file',
  (file_uri) => {
    expect(carried('gemini', { file_uri })).toEqual([]);
  },
);

test.each([
  ['fileUri', { fileUri: 'files/a/'.repeat(9) }],
  ['file_uri', { file_uri: `https://g.example/${'a/'.repeat(5_000)}files/x-1` }],
  ['file_id', { file_ids: Array.from({ length: 1_001 }, (_, n) => `f-${n}`) }],
])('what can’t be read is refused: %s', (param, body) => {
  expect(read('gemini', body)).toMatchObject({ error: { status: 400, param } });
});
