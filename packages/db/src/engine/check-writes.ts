import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { describeStorageFault } from './storage-fault.ts';

const periodS = 10;
/** As much as the end of a large run writes. */
const trialBytes = 256 * 1024;

interface Options {
  kysely: Kysely<Schema>;
  /** The folder on whose disk the database grows; null if that is another machine's. */
  folder: string | null;
  /** Unix seconds. */
  now: () => number;
}

/**
 * The returned function tells why the database takes no writes now; null if it takes them. It tries one
 * at most every ten seconds, and gives the last result in between.
 */
export function checkWrites({ kysely, folder, now }: Options): () => Promise<string | null> {
  let triedAtS = Number.NEGATIVE_INFINITY;
  let result: Promise<string | null> = Promise.resolve(null);
  return () => {
    const nowS = now();
    // The clock may have been set back.
    if (Math.abs(nowS - triedAtS) >= periodS) {
      triedAtS = nowS;
      result = tryToWrite(kysely, folder, nowS).then(() => null, sentenceOf);
    }
    return result;
  };
}

async function tryToWrite(
  kysely: Kysely<Schema>,
  folder: string | null,
  updated_at: number,
): Promise<void> {
  // A small write fits into the write-ahead log of SQLite long after its disk is full.
  if (folder !== null) await tryFile(join(folder, 'write-check.tmp'));
  await kysely
    .insertInto('app_settings')
    .values({ key: 'write_check', value: '', updated_at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ updated_at }))
    .execute();
}

/** Random, because some file systems store zeros in no room at all. */
async function tryFile(path: string): Promise<void> {
  try {
    await writeFile(path, randomBytes(trialBytes), { mode: 0o600 });
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

function sentenceOf(error: unknown): string {
  const storage = describeStorageFault(error);
  if (storage !== null) return storage;
  return error instanceof AppError ? error.message : 'the database takes no writes';
}
