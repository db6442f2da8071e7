import { expect, test } from 'vitest';
import { cpuMsOf } from '../../test/pace.ts';
import { matchesPattern } from './matches-pattern.ts';

test.each([
  ['gpt-4o', 'gpt-4o', true],
  ['gpt-4o', 'gpt-4', false],
  ['gpt-4o', 'gpt-*', true],
  ['openai/gpt-4o', '*/gpt-*', true],
  ['openai/gpt-4o', '*gpt*4o*', true],
  ['aba', 'ab*ba', false],
  ['anything', '*', true],
  ['', '*', true],
  ['gpt.4', 'gpt?4', false],
])('%j against %j: %j', (text, pattern, isMatch) => {
  expect(matchesPattern(text, pattern)).toBe(isMatch);
});

test('a pattern made to be slow is as fast as any other', () => {
  const match = () => expect(matchesPattern('a'.repeat(256), `${'*a'.repeat(250)}*b`)).toBe(false);
  expect(cpuMsOf(match)).toBeLessThan(50);
});
