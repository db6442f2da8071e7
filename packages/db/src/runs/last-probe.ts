import type { RunTrigger } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { parseColumn } from '../engine/json-column.ts';

/** What is known of one model, and of the probe that last said it. */
export interface LastProbe {
  success: boolean;
  /** Unix seconds. */
  timestamp: number;
  /** What asked for the probe; null where its run is pruned. */
  trigger: RunTrigger | null;
  /** As it was given to `finishRun`; null where nothing was. */
  remembered: unknown;
}

/** The last probe of one model; null where the model is not known. */
export async function getLastProbe(
  db: Database,
  targetId: number,
  model: string,
): Promise<LastProbe | null> {
  const row = await db.kysely
    .selectFrom('model_states')
    .leftJoin('runs', 'runs.id', 'model_states.run_id')
    .select(['model_states.success', 'timestamp', 'trigger', 'remembered'])
    .where('model_states.target_id', '=', targetId)
    .where('model', '=', model)
    .executeTakeFirst();
  if (!row) return null;
  const remembered = row.remembered === null ? null : parseColumn<unknown>(row.remembered);
  return { ...row, success: row.success === 1, remembered };
}

/** A model that is dead as far as a probe for live traffic knows. Times are Unix seconds. */
export interface DeadInTraffic {
  target_id: number;
  model: string;
  timestamp: number;
  state_since: number;
}

/**
 * Models of enabled targets whose last probe failed and was asked for by traffic: the schedule has not
 * looked since.
 */
export async function listDeadInTraffic(db: Database): Promise<DeadInTraffic[]> {
  return db.kysely
    .selectFrom('model_states')
    .innerJoin('runs', 'runs.id', 'model_states.run_id')
    .innerJoin('targets', 'targets.id', 'model_states.target_id')
    .select(['model_states.target_id', 'model', 'timestamp', 'state_since'])
    .where('runs.trigger', '=', 'traffic')
    .where('model_states.success', '=', 0)
    .where('targets.enabled', '=', 1)
    .orderBy('timestamp')
    .execute();
}
