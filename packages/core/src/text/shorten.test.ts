import { expect, test } from 'vitest';
import { shorten } from './shorten.ts';

test('never splits a surrogate pair', () => {
  expect(shorten('ab🙂', 3)).toBe('ab');
  expect(shorten('ab🙂', 4)).toBe('ab🙂');
  expect(shorten('abc', 2)).toBe('ab');
});

test('keeps nothing that a database refuses', () => {
  expect(shorten('a\0b\ud800', 10)).toBe('a\uFFFDb\uFFFD');
});

test('keeps line breaks and tabs, and no other control character', () => {
  expect(shorten('a\tb\r\nc\u001b[0m\u007f\u0085', 20)).toBe('a\tb\r\nc\uFFFD[0m\uFFFD\uFFFD');
});
