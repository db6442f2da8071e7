import { expect, test } from 'vitest';
import { readToolCalls } from './read-tool-calls.ts';

test.each([
  ['[]', []],
  ['[{"name":"f","arguments":"{}"}]', [{ name: 'f', arguments: '{}' }]],
  [
    '[{"id":"1","function":{"name":"g","arguments":{"a":1}}}]',
    [{ name: 'g', arguments: '{"a":1}' }],
  ],
  [
    '[3, null]',
    [
      { name: '', arguments: '' },
      { name: '', arguments: '' },
    ],
  ],
  ['{"name":"f"}', []],
  ['null', []],
  ['not json', []],
])('%s', (text, calls) => {
  expect(readToolCalls(text)).toEqual(calls);
});
