import { expect, test } from 'vitest';
import { quote } from './quote.ts';

test('a quotation is one line and ends in … if it was cut', () => {
  expect(quote('  one\n\ttwo\u0000three ', 500)).toBe('one two three');
  expect(quote('abcdef', 3)).toBe('abc…');
  expect(quote('ab🙂', 3)).toBe('ab…');
});
