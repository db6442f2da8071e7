import { Kysely } from 'kysely';
import { migrate } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

/** Opens the file at `path`, made if missing, and migrates it. */
export async function openSqlite(path: string, nowS: number): Promise<Kysely<Schema>> {
  const kysely = new Kysely<Schema>({ dialect: createSqliteDialect(path) });
  try {
    await migrate(kysely, nowS);
    return kysely;
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}
