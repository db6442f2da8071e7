import { AppError } from '@api-monitor/core';
import type { Database } from './database.ts';

/** Resolves where the database answers; else throws AppError `unavailable`. */
export async function pingDatabase(db: Database): Promise<void> {
  try {
    await db.kysely.selectFrom('app_settings').select('key').limit(1).execute();
  } catch (cause) {
    throw new AppError('unavailable', 'The database does not answer.', { cause });
  }
}
