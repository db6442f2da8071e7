import { Client } from 'pg';

/**
 * What is wrong with the form of a `DATABASE_URL`, as a sentence without its subject; null if nothing is.
 * The sentence holds no part of the address, because that contains a password.
 */
export function faultOfDatabaseUrl(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'must begin with postgres://';
  try {
    // The code that will use the address reads it; this doesn't connect yet.
    new Client({ connectionString: text });
    return null;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) {
      return 'names a certificate file that cannot be read';
    }
    return 'must be an address such as postgres://user:password@host:5432/database, with special characters of the password percent-encoded';
  }
}
