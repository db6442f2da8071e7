import { AppError } from '@api-monitor/core';
import type { Database } from './database.ts';

const tables = ['app_settings', 'targets', 'runs', 'run_models', 'model_states'] as const;

/**
 * Resolves if every table of the monitor can be read and the file is the one that was opened. Otherwise
 * throws AppError `unavailable`.
 */
export async function pingDatabase(db: Database): Promise<void> {
  if (!(await db.isInPlace())) {
    throw new AppError(
      'unavailable',
      'The database file or its -wal was deleted or replaced: restart the monitor.',
    );
  }
  try {
    for (const table of tables) {
      await db.kysely.selectFrom(table).selectAll().limit(1).execute();
    }
  } catch (cause) {
    throw new AppError('unavailable', 'The database does not answer.', { cause });
  }
}
