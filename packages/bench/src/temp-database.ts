import { type OpenedDatabase, openDatabase } from '@api-monitor/db';
import { withTempFolder } from './temp-folder.ts';

/** Gives `work` a new database in a temporary folder, which goes when `work` ends. */
export function withTempDatabase<T>(
  work: (db: OpenedDatabase, dataDir: string) => Promise<T>,
): Promise<T> {
  return withTempFolder(async (dataDir) => {
    const db = await openDatabase({ dataDir, now: () => 0 });
    try {
      return await work(db, dataDir);
    } finally {
      await db.close();
    }
  });
}
