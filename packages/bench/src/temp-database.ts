import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedDatabase, openDatabase } from '@api-monitor/db';

/** Gives `work` a new database in a temporary folder, which goes when `work` ends. */
export async function withTempDatabase<T>(
  work: (db: OpenedDatabase, dataDir: string) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'api-monitor-bench-'));
  try {
    const db = await openDatabase({ dataDir, now: () => 0 });
    try {
      return await work(db, dataDir);
    } finally {
      await db.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
