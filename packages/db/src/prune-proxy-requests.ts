import { setImmediate as nextTurn } from 'node:timers/promises';
import { secondsPerHour } from './add-to-totals.ts';
import type { Database } from './database.ts';

export interface PruneProxyRequestsInput {
  /** Unix seconds: requests that came earlier go. */
  before: number;
  /** Rows to a statement; other work gets its turn between two statements. */
  batchSize: number;
  /** Stops between two batches; what is deleted by then stays deleted. */
  signal?: AbortSignal;
}

/** Deletes old records of the gateway's requests with their totals, oldest first. Returns how many. */
export async function pruneProxyRequests(
  db: Database,
  { before, batchSize, signal }: PruneProxyRequestsInput,
): Promise<number> {
  await db.kysely
    .deleteFrom('proxy_totals')
    .where('hour', '<', before - secondsPerHour)
    .execute();
  let deleted = 0;
  while (!signal?.aborted) {
    const removed = await db.kysely
      .deleteFrom('proxy_requests')
      .where('id', 'in', (batch) =>
        batch
          .selectFrom('proxy_requests')
          .select('proxy_requests.id')
          .where('proxy_requests.timestamp', '<', before)
          .orderBy('proxy_requests.timestamp')
          .limit(batchSize),
      )
      .executeTakeFirstOrThrow();
    deleted += Number(removed.numDeletedRows);
    if (Number(removed.numDeletedRows) < batchSize) break;
    await nextTurn();
  }
  return deleted;
}
