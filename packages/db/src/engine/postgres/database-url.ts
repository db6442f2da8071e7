import { Client } from 'pg';

/**
 * What is wrong with the form of a `DATABASE_URL`, as a sentence without its subject; else null. It
 * never holds a part of the address: there is a password in it.
 */
export function faultOfDatabaseUrl(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'must begin with postgres://';
  try {
    // Read by the very code that will use it; nothing is connected yet.
    new Client({ connectionString: text });
    return null;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) {
      return 'names a certificate file that cannot be read';
    }
    return 'must be an address such as postgres://user:password@host:5432/database, with what is special in the password percent-encoded';
  }
}
