import { expect, test } from 'vitest';
import { maskSecret } from './mask-secret.ts';

test('a mask shows the ends of a long secret and nothing of a short one', () => {
  expect(maskSecret('sk-abcdefghijklmnopqrstuvwxyz')).toBe('sk-ab…wxyz');
  expect(maskSecret('short-secret')).toBe('…');
});
