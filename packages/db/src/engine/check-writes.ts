import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { describeStorageFault } from './storage-fault.ts';

const periodS = 10;
/** As much as a large run writes at its end. */
const trialBytes = 256 * 1024;

interface Options {
  kysely: Kysely<Schema>;
  /** The folder of the database; null if the database is on another machine. */
  folder: string | null;
  /** Unix seconds. */
  now: () => number;
}

/**
 * The returned function says why the database refuses writes now; null if it accepts them. It tries a
 * write at most every ten seconds and returns the last result in between.
 */
export function checkWrites({ kysely, folder, now }: Options): () => Promise<string | null> {
  let triedAtS = Number.NEGATIVE_INFINITY;
  let result: Promise<string | null> = Promise.resolve(null);
  return () => {
    const nowS = now();
    // Absolute, because the clock may have been set back.
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

/** Random data, because zeros take no space on some file systems. */
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
  return error instanceof AppError ? error.message : 'the database refuses writes';
}
