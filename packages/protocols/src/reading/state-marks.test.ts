import { expect, test } from 'vitest';
import { stateMarksOf } from './state-marks.ts';

const file = { type: 'code_execution_output', file_id: 'file_1' };
const result = {
  type: 'bash_code_execution_tool_result',
  content: { type: 'bash_code_execution_result', content: [file] },
};

test.each([
  ['the result of a channel’s own tool', { content: [result] }],
  ['the same in an event', { type: 'content_block_start', content_block: result }],
  [
    'an annotation',
    { output: [{ content: [{ annotations: [{ type: 'file_path', file_id: 'file_1' }] }] }] },
  ],
])('a file in %s is a mark', (_, json) => {
  expect(stateMarksOf(json)).toEqual(['file_1']);
});

test.each([
  ['the call of a tool', { content: [{ type: 'tool_use', input: { file_id: 'file_1' } }] }],
  [
    'a call that looks like a result',
    { content: [{ type: 'server_tool_use', input: { content: [result] } }] },
  ],
  ['the result of an MCP server', { content: [{ ...result, type: 'mcp_tool_result' }] }],
  ['what the request said', { id: 'x', metadata: { file_id: 'file_1' }, tools: [file] }],
])('a file in %s is none', (_, json) => {
  expect(stateMarksOf(json)).toEqual([]);
});

test('an id under the name of sealed content is no mark', () => {
  for (const signature of ['resp_1', 'cachedContents/c', 'file_1']) {
    expect(stateMarksOf({ metadata: { signature } })).toEqual([]);
  }
  expect(stateMarksOf({ content: [{ signature: 'sealed' }] })).toEqual(['sealed']);
});
