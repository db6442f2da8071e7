import { expect, test } from 'vitest';
import { encodePieces } from './stream-json.ts';

test('pieces of one, two, three and four bytes a character stand one after the other', () => {
  const pieces = ['{"key":"sk-ab…wxyz",', '', '"name":"Müller 🙂"', '}'];
  expect(encodePieces(pieces).toString()).toBe(pieces.join(''));
});

test('no pieces are no bytes', () => {
  expect(encodePieces([])).toHaveLength(0);
});
