import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { type Database, inTransaction } from '../database.ts';
import { isPostgres } from '../dialect.ts';
import { claimFolder } from './claim-folder.ts';
import { databaseFileName } from './database-file.ts';

// Deleted rows leave free pages in the file, which SQLite uses again but gives back to the disk only if
// `auto_vacuum` is on. https://www.sqlite.org/pragma.html#pragma_auto_vacuum

/** What a new file gets: free pages are given back when `releaseFreePages` says so. */
export const autoVacuum = 'incremental';
const incremental = 2;

/** A file of this size takes about three seconds. */
const convertBelowBytes = 256 * 1024 ** 2;
/** Freed in one transaction, in about 5 ms. */
const pagesPerStep = 200;
const restMs = 5;
/** Left in the file for what comes next: 4 MB, or this share of a larger file. */
const spare = { pages: 1000, share: 0.05 };

/**
 * Makes a file of an earlier version give free pages back later, unless it is large or in use: that rewrites
 * all of it, which `compactDatabase` does for one of any size.
 */
export async function convertSmallFile(path: string, belowBytes = convertBelowBytes) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0 || size >= belowBytes) return;
  try {
    rewrite(path, 0, (sqlite) => modeOf(sqlite) !== incremental);
  } catch (error) {
    // It is in use, damaged or on a full disk; opening it says so, if that matters.
    if (!(error instanceof Sqlite.SqliteError)) throw error;
  }
}

/**
 * Rewrites a folder's database without its free pages, which blocks this process. Throws AppError `conflict`
 * if a monitor uses the folder.
 */
export async function compactDatabase(dataDir: string): Promise<void> {
  const release = await claimFolder(dataDir, 'alone');
  try {
    rewrite(join(dataDir, databaseFileName), 5_000, () => true);
  } finally {
    release();
  }
}

function rewrite(path: string, timeout: number, isWanted: (sqlite: Sqlite.Database) => boolean) {
  const sqlite = new Sqlite(path, { timeout, fileMustExist: true });
  try {
    if (!isWanted(sqlite)) return;
    sqlite.pragma(`auto_vacuum = ${autoVacuum}`);
    sqlite.exec('vacuum');
    sqlite.pragma('wal_checkpoint(truncate)');
  } finally {
    sqlite.close();
  }
}

function modeOf(sqlite: Sqlite.Database): number {
  return Number(sqlite.pragma('auto_vacuum', { simple: true }));
}

/**
 * Gives free pages back to the disk in small steps, between which other work runs. Returns how many; none on
 * Postgres, which does so itself, and in a large file of an earlier version.
 */
export async function releaseFreePages(db: Database, signal?: AbortSignal): Promise<number> {
  if (isPostgres(db.kysely)) return 0;
  let released = 0;
  while (!signal?.aborted) {
    const step = await releaseStep(db);
    released += step;
    if (step < pagesPerStep) break;
    await pause(restMs);
  }
  return released;
}

async function releaseStep(db: Database): Promise<number> {
  const { rows } = await sql<{ mode: number; free: number; pages: number }>`
    select auto_vacuum as mode, freelist_count as free, page_count as pages
    from pragma_auto_vacuum, pragma_freelist_count, pragma_page_count`.execute(db.kysely);
  const [{ mode, free, pages } = { mode: 0, free: 0, pages: 0 }] = rows;
  const kept = Math.max(spare.pages, Math.ceil(pages * spare.share));
  const count = Math.min(pagesPerStep, free - kept);
  if (mode !== incremental || count <= 0) return 0;
  await inTransaction(db, async ({ kysely }) => {
    // The driver runs a statement without rows for one step, which frees one page.
    for (let page = 0; page < count; page += 1) {
      await sql`pragma incremental_vacuum(1)`.execute(kysely);
    }
  });
  return count;
}
