import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from './hash-password.ts';

test('a password is known again by its hash alone, another one is not', async () => {
  const stored = await hashPassword('correct horse battery');
  expect(stored).not.toContain('correct');
  expect(await verifyPassword('correct horse battery', stored)).toBe(true);
  expect(await verifyPassword('correct horse batterz', stored)).toBe(false);
  expect(await verifyPassword('anything', 'not a hash')).toBe(false);
});
