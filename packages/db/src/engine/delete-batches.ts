import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import type { Database } from './database.ts';
import { retryConflict } from './postgres/retry-conflict.ts';

/** How a long deletion lets other work run. */
export interface Batches {
  /** Rows in one statement; other work runs between two statements. */
  batchSize: number;
  /** Stops between two batches; what is deleted by then stays deleted. */
  signal?: AbortSignal | undefined;
}

/** Which rows of a history are too old to be kept. */
export interface Retention extends Batches {
  /** Unix seconds: what is older is deleted. */
  before: number;
}

/**
 * Deletes the rows that `which` (a condition and, if it matters, an order) selects. Returns how many
 * were deleted, and whether that was all: false if it was stopped before.
 */
export async function deleteRows(
  { kysely }: Pick<Database, 'kysely'>,
  table: keyof Schema,
  which: RawBuilder<unknown>,
  { batchSize, signal }: Batches,
): Promise<{ deleted: number; isDone: boolean }> {
  const name = sql.table(table);
  const batch = sql`delete from ${name} where id in
    (select id from ${name} where ${which} limit ${batchSize})`;
  let deleted = 0;
  while (!signal?.aborted) {
    const { numAffectedRows } = await retryConflict(() => batch.execute(kysely));
    deleted += Number(numAffectedRows);
    if (Number(numAffectedRows) < batchSize) return { deleted, isDone: true };
    await nextTurn();
  }
  return { deleted, isDone: false };
}
