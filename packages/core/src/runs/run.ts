import { z } from 'zod';
import { errorKinds } from '../probes/error-kind.ts';
import { unixSeconds } from '../shape.ts';
import { runCuts } from './run-cut.ts';
import { runNoteShape } from './run-note.ts';

export const runStatuses = ['running', 'completed', 'error'] as const;

/**
 * What started a run; manual runs go before scheduled ones. `traffic` is a probe of one model that the
 * gateway asked for. It never counts as a channel's latest run.
 */
export const runTriggers = ['schedule', 'manual', 'traffic'] as const;
export type RunTrigger = (typeof runTriggers)[number];

/** One pass over a target's models. */
export const runShape = z.object({
  id: z.int(),
  target_id: z.int(),
  started_at: unixSeconds,
  finished_at: unixSeconds.nullable(),
  status: z.enum(runStatuses),
  trigger: z
    .enum(runTriggers)
    .describe('traffic: a probe of one model after a request to it failed in the gateway'),
  total: z.int().describe('models that were probed; skipped ones are counted apart'),
  success: z.int(),
  fail: z.int(),
  skipped: z.int(),
  log_file: z.string().nullable(),
  error: z.string().nullable().describe('why it failed, or why its list of models did'),
  error_kind: z.enum(errorKinds).nullable(),
  notes: z
    .array(runNoteShape)
    .nullable()
    .describe('what `error` says, as codes; null: nothing, or a run of an earlier version'),
  cut: z.enum(runCuts).nullable().describe('why the run was cut short; null if it was not'),
});
export type Run = z.output<typeof runShape>;

/** How many of a running run's models are done. */
export interface RunProgress {
  total: number;
  done: number;
}
