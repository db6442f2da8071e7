export const runStatuses = ['running', 'completed', 'error'] as const;
export type RunStatus = (typeof runStatuses)[number];

/**
 * What made a run start; by hand it goes ahead of the schedule. `traffic`: a probe of one model alone,
 * asked for by the gateway; it is never a channel's latest run.
 */
export const runTriggers = ['schedule', 'manual', 'traffic'] as const;
export type RunTrigger = (typeof runTriggers)[number];

/** One pass over a target's models. `total` counts what was probed; skipped models stand apart. */
export interface Run {
  id: number;
  target_id: number;
  started_at: number;
  finished_at: number | null;
  status: RunStatus;
  total: number;
  success: number;
  fail: number;
  skipped: number;
  log_file: string | null;
  error: string | null;
}

/** How far a run under way has come, in models. */
export interface RunProgress {
  total: number;
  done: number;
}
