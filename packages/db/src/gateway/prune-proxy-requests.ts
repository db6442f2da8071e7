import type { Database } from '../engine/database.ts';
import { type Batches, deleteInBatches } from '../engine/delete-batches.ts';
import { secondsPerHour } from '../probe-totals/add-to-totals.ts';

export interface PruneProxyRequestsInput extends Batches {
  /** Unix seconds: requests that came earlier go. */
  before: number;
}

/** Deletes old records of the gateway's requests with their totals, oldest first. Returns how many. */
export async function pruneProxyRequests(
  db: Database,
  { before, ...batches }: PruneProxyRequestsInput,
): Promise<number> {
  await db.kysely
    .deleteFrom('proxy_totals')
    .where('hour', '<', Math.ceil(before - secondsPerHour))
    .execute();
  let deleted = 0n;
  await deleteInBatches(batches, async () => {
    const { numDeletedRows } = await db.kysely
      .deleteFrom('proxy_requests')
      .where('id', 'in', (batch) =>
        batch
          .selectFrom('proxy_requests')
          .select('proxy_requests.id')
          .where('proxy_requests.timestamp', '<', before)
          .orderBy('proxy_requests.timestamp')
          .limit(batches.batchSize),
      )
      .executeTakeFirstOrThrow();
    deleted += numDeletedRows;
    return numDeletedRows;
  });
  return Number(deleted);
}
