import { expect, test } from 'vitest';
import { cpuMsOf } from '../../../test/pace.ts';
import { faultOfModelAlias, formatModelAlias, parseModelAlias } from './model-alias.ts';

test('an alias is read and written the same', () => {
  const text = 'claude-sonnet-4-5  =  anthropic/claude-sonnet-4.5:beta';
  expect(faultOfModelAlias(text)).toBeNull();
  const read = parseModelAlias(text);
  expect(read).toEqual({ public: 'claude-sonnet-4-5', id: 'anthropic/claude-sonnet-4.5:beta' });
  expect(formatModelAlias(read)).toBe('claude-sonnet-4-5 = anthropic/claude-sonnet-4.5:beta');
});

test('a name may contain blanks, and an equals sign without blanks', () => {
  expect(parseModelAlias('my model = a=b')).toEqual({ public: 'my model', id: 'a=b' });
});

test('long lines take no more than linear time', () => {
  const lines = [`a${' = '.repeat(30_000)}`, `a${' '.repeat(90_000)}b`];
  const read = () => {
    for (const line of lines) expect(faultOfModelAlias(line)).toMatch(/^must/);
  };
  expect(cpuMsOf(read)).toBeLessThan(500);
});

test.each([
  ['gpt', /public name = model id/],
  ['a=b', /public name = model id/],
  [' = b', /public name = model id/],
  ['a = a', /another name/],
  [`${'a'.repeat(257)} = b`, /at most 256/],
])('%j is refused', (text, message) => {
  expect(faultOfModelAlias(text)).toMatch(message);
});
