import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from './hash-password.ts';

test('a hash verifies its own password and no other', async () => {
  const stored = await hashPassword('correct horse battery');
  expect(stored).not.toContain('correct');
  expect(await verifyPassword('correct horse battery', stored)).toBe(true);
  expect(await verifyPassword('correct horse batterz', stored)).toBe(false);
  expect(await verifyPassword('anything', 'not a hash')).toBe(false);
});
