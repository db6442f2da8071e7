import { Kysely } from 'kysely';
import type { Schema } from '../../schema.ts';
import { migrate } from '../migrate.ts';
import { createPostgresDialect } from './postgres-dialect.ts';

const statementTimeoutMs = 30_000;
/** A new index over a long history takes long, and other processes that start wait for it. */
const migrationTimeoutMs = 30 * 60_000;
/** The migrator holds its lock on one connection and inspects the schema on the other. */
const migrationPoolSize = 2;

/** Migrates the Postgres at `url` and connects to it with at most `size` connections. */
export async function openPostgres(
  { url, size }: { url: string; size: number },
  nowS: number,
): Promise<Kysely<Schema>> {
  const connect = (poolSize: number, timeoutMs: number) => {
    const options = { url, size: poolSize, statementTimeoutMs: timeoutMs };
    return new Kysely<Schema>({ dialect: createPostgresDialect(options) });
  };
  const migrating = connect(migrationPoolSize, migrationTimeoutMs);
  try {
    await migrate(migrating, nowS);
  } finally {
    await migrating.destroy();
  }
  return connect(size, statementTimeoutMs);
}
