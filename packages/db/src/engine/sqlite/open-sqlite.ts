import { Kysely } from 'kysely';
import type { Schema } from '../../schema.ts';
import { assertReadWrite } from '../assert-read-write.ts';
import { createPrivateFile } from '../create-private-file.ts';
import { migrate } from '../migrate.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

/** Opens the file at `path`, created if missing, and migrates it. */
export async function openSqlite(path: string, nowS: number): Promise<Kysely<Schema>> {
  // Only SQLite may open an existing file: closing it elsewhere in this process would drop SQLite's locks
  // (https://www.sqlite.org/howtocorrupt.html, section 2.2). SQLite gives -wal and -shm the same mode.
  await createPrivateFile(path, '');
  // SQLite would silently open a file read-only and fail at the first write.
  await assertReadWrite(path);
  const kysely = new Kysely<Schema>({ dialect: createSqliteDialect(path) });
  try {
    await migrate(kysely, nowS);
    return kysely;
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}
