import { randomBytes } from 'node:crypto';
import { type Database, readSecrets } from '@api-monitor/db';
import { hashPassword, verifyPassword } from './hash-password.ts';
import type { GivenSecrets } from './secrets.ts';

/** The password of the admin panel that is in force. */
export interface AdminPassword {
  /** Takes as long for a wrong password as for the right one: some 0.4 s and 128 MiB. */
  isRight(password: string): Promise<boolean>;
}

export function createAdminPassword(db: Database, given: GivenSecrets): AdminPassword {
  let hashOfGiven: Promise<string> | null = null;
  const storedHash = async () => {
    const { adminPassword } = await readSecrets(db, given);
    if (adminPassword && adminPassword.source !== 'environment') return adminPassword.value;
    // A missing password is replaced by a random one, so nothing can match it.
    hashOfGiven ??= hashPassword(given.adminPassword ?? randomBytes(32).toString('hex'));
    return hashOfGiven;
  };
  return { isRight: async (password) => verifyPassword(password, await storedHash()) };
}
