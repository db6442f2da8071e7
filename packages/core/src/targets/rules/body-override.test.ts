import { expect, test } from 'vitest';
import { faultOfBodyOverride, formatBodyOverride, parseBodyOverride } from './body-override.ts';

test.each([
  [
    '/temperature=0.7',
    { pattern: null, action: 'set', path: ['temperature'], json: '0.7' },
    '/temperature = 0.7',
  ],
  [
    'claude-*  ?/thinking/budget_tokens = 1024',
    ...[
      {
        ...{ pattern: 'claude-*', action: 'default' },
        ...{ path: ['thinking', 'budget_tokens'], json: '1024' },
      },
      'claude-* ?/thinking/budget_tokens = 1024',
    ],
  ],
  [
    'openai/* -/a~1b/m~0n',
    { pattern: 'openai/*', action: 'delete', path: ['a/b', 'm~n'], json: null },
    'openai/* -/a~1b/m~0n',
  ],
  [
    '/stop = ["= a", " b"]',
    { pattern: null, action: 'set', path: ['stop'], json: '["= a", " b"]' },
    '/stop = ["= a", " b"]',
  ],
] as const)('%j is read', (text, read, stored) => {
  expect(faultOfBodyOverride(text)).toBeNull();
  expect(parseBodyOverride(text)).toEqual(read);
  expect(formatBodyOverride(parseBodyOverride(text))).toBe(stored);
});

test.each([
  ['temperature = 1', /must be/],
  ['/ = 1', /point to a field/],
  ['/a~2 = 1', /~0/],
  ['/model = "x"', /not change model/],
  ['-/stream', /not change stream/],
  ['/a/__proto__/b = 1', /__proto__/],
  ['-/a = 1', /no value/],
  ['/a', /value in JSON/],
  ['/a = nope', /value in JSON/],
  ['?/a =', /value in JSON/],
])('%j is refused', (text, message) => {
  expect(faultOfBodyOverride(text)).toMatch(message);
});

test('fields below model and stream may be changed', () => {
  expect(faultOfBodyOverride('/stream_options/include_usage = true')).toBeNull();
});
