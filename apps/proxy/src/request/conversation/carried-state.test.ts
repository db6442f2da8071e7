import type { GatewayRoute } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { carriedState } from './carried-state.ts';
import { outlineOf } from './outline.ts';

const carried = (route: GatewayRoute, body: object | string) => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return carriedState(route, bytes, outlineOf(bytes)).map(({ field, mark }) => `${field}: ${mark}`);
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
  const bytes = Buffer.from(JSON.stringify(body));
  const found = carriedState(route, bytes, outlineOf(bytes)).filter(({ isObject }) => isObject);
  expect(found.map(({ field, mark }) => [field, mark])).toEqual(expected);
});
