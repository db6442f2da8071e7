import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedDatabase, openDatabase } from '@api-monitor/db';

/** Gives `work` a new temporary folder, which is deleted when `work` ends. */
export async function withTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives `work` a new database in a temporary folder, which is deleted when `work` ends. */
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
