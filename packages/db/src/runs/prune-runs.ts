import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../engine/database.ts';
import { type Batches, deleteInBatches } from '../engine/delete-batches.ts';
import { purgeDeleted } from '../targets/delete-target.ts';

const runsPerPage = 50;

export interface PruneRunsInput extends Batches {
  /** Unix seconds: runs that started earlier go. */
  before: number;
}

/**
 * Deletes old runs with their rows, oldest first, but never one that is running nor a target's
 * latest finished one that was whole; what deleted targets left goes first. Returns the number of runs
 * deleted for their age.
 */
export async function pruneRuns(db: Database, input: PruneRunsInput): Promise<number> {
  await purgeDeleted(db, input);
  let deleted = 0;
  while (!input.signal?.aborted) {
    const runIds = await listExpired(db, input.before);
    if (runIds.length === 0) break;
    if (!(await pruneRows(db, runIds, input))) break;
    await db.kysely.deleteFrom('runs').where('id', 'in', runIds).execute();
    deleted += runIds.length;
    await nextTurn();
  }
  return deleted;
}

async function listExpired(db: Database, before: number): Promise<number[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select('runs.id')
    .where('runs.started_at', '<', before)
    .where('runs.status', '!=', 'running')
    .where((where) =>
      where.or([
        where('runs.trigger', '=', 'traffic'),
        where.exists(
          where
            .selectFrom('runs as later')
            .select('later.id')
            .whereRef('later.target_id', '=', 'runs.target_id')
            .whereRef('later.id', '>', 'runs.id')
            .where('later.trigger', '!=', 'traffic')
            .where('later.status', '!=', 'running'),
        ),
      ]),
    )
    .orderBy('runs.id')
    .limit(runsPerPage)
    .execute();
  return runs.map((run) => run.id);
}

/** Deletes the rows of these runs, batch by batch; false where it was stopped before the last. */
function pruneRows(
  db: Database,
  runIds: readonly number[],
  batches: PruneRunsInput,
): Promise<boolean> {
  return deleteInBatches(batches, async () => {
    const { numDeletedRows } = await db.kysely
      .deleteFrom('run_models')
      .where('id', 'in', (batch) =>
        batch
          .selectFrom('run_models')
          .select('run_models.id')
          .where('run_models.run_id', 'in', runIds)
          .limit(batches.batchSize),
      )
      .executeTakeFirstOrThrow();
    return numDeletedRows;
  });
}
