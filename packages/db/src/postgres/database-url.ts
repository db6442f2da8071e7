import { Client } from 'pg';

/**
 * What is wrong with the form of a `DATABASE_URL`, as a sentence without its subject; else null. It
 * never holds a part of the address: there is a password in it.
 */
export function faultOfDatabaseUrl(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'must begin with postgres://';
  try {
    // Read by the very code that will use it; nothing is connected yet.
    const { host, database } = new Client({ connectionString: text });
    return host && database ? null : 'must name a host and a database';
  } catch {
    return 'must be an address such as postgres://user:password@host:5432/database, with what is special in the password percent-encoded';
  }
}
