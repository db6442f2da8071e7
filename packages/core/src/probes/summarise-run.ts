import type { TargetStatus } from '../targets/target.ts';
import { isSkipped } from './error-kind.ts';
import type { ProbeResult } from './probe-row.ts';

export interface RunSummary {
  status: Exclude<TargetStatus, 'error'>;
  total: number;
  success: number;
  fail: number;
  skipped: number;
}

/** Counts a run's probes; a skipped model counts neither as alive nor as failed. */
export function summariseRun(
  probes: readonly Pick<ProbeResult, 'success' | 'error_kind'>[],
): RunSummary {
  const skipped = probes.filter(isSkipped).length;
  const success = probes.filter((probe) => probe.success).length;
  const total = probes.length - skipped;
  return { status: statusOf(total, success), total, success, fail: total - success, skipped };
}

function statusOf(total: number, success: number): RunSummary['status'] {
  if (total === 0) return 'no_models';
  if (success === total) return 'healthy';
  return success === 0 ? 'down' : 'degraded';
}

/** Percent of probed models that passed, one decimal; null before the first run. */
export function successRate(
  total: number,
  success: number,
  lastRunAt: number | null,
): number | null {
  if (lastRunAt === null || total === 0) return null;
  return Math.round((success / total) * 1000) / 10;
}
