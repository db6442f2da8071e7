import { setImmediate as nextTurn } from 'node:timers/promises';
import { retryConflict } from './postgres/retry-conflict.ts';

/** How a long deletion gives way to all else. */
export interface Batches {
  /** Rows to a statement; other work gets its turn between two statements. */
  batchSize: number;
  /** Stops between two batches; what is deleted by then stays deleted. */
  signal?: AbortSignal | undefined;
}

/**
 * Calls `deleteBatch` (which deletes at most `batchSize` rows and tells how many) until nothing is left;
 * false where it was stopped before.
 */
export async function deleteInBatches(
  { batchSize, signal }: Batches,
  deleteBatch: () => Promise<bigint>,
): Promise<boolean> {
  while (!signal?.aborted) {
    if (Number(await retryConflict(deleteBatch)) < batchSize) return true;
    await nextTurn();
  }
  return false;
}
