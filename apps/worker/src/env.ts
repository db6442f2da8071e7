import { envBoolean, envInt, envParsed } from '@api-monitor/runtime';
import { parseAllowPrivate } from '@api-monitor/upstream';
import type { z } from 'zod';
import type { WorkerLimits } from './worker-deps.ts';

/** The variables that the worker reads; an app that holds a worker takes them into its own schema. */
export const workerEnvShape = {
  MONITOR_DETECT_CONCURRENCY: envInt({ min: 1, max: 100, default: 3 }),
  MONITOR_MAX_PARALLEL_TARGETS: envInt({ min: 1, max: 1000, default: 8 }),
  /** 0: as many as all workers together. */
  WORKER_MAX_PARALLEL_TARGETS: envInt({ min: 0, max: 1000, default: 0 }),
  LOG_CLEANUP_ENABLED: envBoolean(true),
  LOG_MAX_SIZE_MB: envInt({ min: 0, max: 102_400, default: 500 }),
  RETENTION_DAYS: envInt({ min: 0, max: 36_500, default: 90 }),
  AUDIT_RETENTION_DAYS: envInt({ min: 0, max: 36_500, default: 365 }),
  UPSTREAM_ALLOW_PRIVATE: envParsed({
    parse: parseAllowPrivate,
    default: 'on',
    allowed: 'on, off, or addresses and networks (CIDR) between commas',
  }),
};

type WorkerEnv = z.output<z.ZodObject<typeof workerEnvShape>>;

/** What the worker is told by its variables. */
export function workerOptionsOf(env: WorkerEnv) {
  const limits: WorkerLimits = {
    probesPerRun: env.MONITOR_DETECT_CONCURRENCY,
    scheduledRuns: env.MONITOR_MAX_PARALLEL_TARGETS,
    scheduledRunsHere: env.WORKER_MAX_PARALLEL_TARGETS || env.MONITOR_MAX_PARALLEL_TARGETS,
    isLogCleanupEnabled: env.LOG_CLEANUP_ENABLED,
    logMaxSizeMb: env.LOG_MAX_SIZE_MB,
    retentionDays: env.RETENTION_DAYS,
    auditRetentionDays: env.AUDIT_RETENTION_DAYS,
  };
  return { allowPrivate: env.UPSTREAM_ALLOW_PRIVATE, limits };
}
