import { expect, test } from 'vitest';
import { isGuessable } from './is-guessable.ts';

test.each([
  ['', true],
  ['correct-horse', true],
  ['password12345678', true],
  ['1234567812345678123456781234', true],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', true],
  ['9f86d081884c7d659a2feaa0c55ad015', false],
  ['sk-am-3q2-7wAAKd8Zb1x9Yp0LmQv5TnR4cJ6h', false],
  ['0b9cdb3c-1f6e-4a66-9d9a-6f0c7a5a7f21', false],
])('%j can be guessed: %j', (secret, guessable) => {
  expect(isGuessable(secret)).toBe(guessable);
});
