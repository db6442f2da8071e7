import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type OpenedDatabase, openDatabase } from '../src/index.ts';

/** A folder of the running test's own, gone when it ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-db-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A new database on a real file, closed and deleted when the test ends. */
export async function tempDatabase(): Promise<OpenedDatabase> {
  return openIn(await tempFolder());
}

/** Opens the database of a folder, at the time 1000. */
export async function openIn(dataDir: string, encryptionKey?: string): Promise<OpenedDatabase> {
  const db = await openDatabase({ dataDir, encryptionKey, now: () => 1000 });
  onTestFinished(() => db.close());
  return db;
}
