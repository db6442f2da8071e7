import type { Run, RunTrigger } from '@api-monitor/core';

/** Named one by one: a database of the older tool may hold columns that are none of ours. */
export const runColumns = [
  'id',
  'target_id',
  'started_at',
  'finished_at',
  'status',
  'total',
  'success',
  'fail',
  'skipped',
  'log_file',
  'error',
  'trigger',
  'heartbeat_at',
] as const;

/** A stored run. Times are Unix seconds; `heartbeat_at` is null in runs of the older tool. */
export interface RunRow extends Run {
  trigger: RunTrigger;
  heartbeat_at: number | null;
}
