import type { Database } from '../engine/database.ts';
import { type Batches, deleteInBatches } from '../engine/delete-batches.ts';
import { probePeriods } from './probe-periods.ts';

/** Deletes the sums that are kept no longer, each length of period by its own bound. */
export async function pruneProbeTotals(
  db: Database,
  { nowS, ...batches }: Batches & { nowS: number },
): Promise<void> {
  for (const { lengthS, keptS } of Object.values(probePeriods)) {
    await deleteInBatches(batches, async () => {
      const { numDeletedRows } = await db.kysely
        .deleteFrom('probe_totals')
        .where('id', 'in', (batch) =>
          batch
            .selectFrom('probe_totals')
            .select('probe_totals.id')
            .where('probe_totals.period_s', '=', lengthS)
            .where('probe_totals.starts_at', '<', Math.ceil(nowS - keptS))
            .limit(batches.batchSize),
        )
        .executeTakeFirstOrThrow();
      return numDeletedRows;
    });
  }
}
