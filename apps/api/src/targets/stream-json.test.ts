import { expect, test } from 'vitest';
import { encodePieces } from './stream-json.ts';

test('pieces with characters of one to four bytes are joined in order', () => {
  const pieces = ['{"key":"sk-ab…wxyz",', '', '"name":"Müller 🙂"', '}'];
  expect(encodePieces(pieces).toString()).toBe(pieces.join(''));
});

test('no pieces make no bytes', () => {
  expect(encodePieces([])).toHaveLength(0);
});
