import {
  envInt,
  envParsed,
  givenSettingsOf,
  portVariable,
  publicUrlEnvShape,
  publicUrlOf,
  serviceEnvShape,
  settingsEnvShape,
} from '@api-monitor/runtime';
import {
  allowPrivateVariable,
  noProxyVariable,
  proxyDefaultsOf,
  proxyVariable,
} from '@api-monitor/upstream';
import type { z } from 'zod';

/** The worker's variables; an app with a worker adds them to its own schema. */
export const workerEnvShape = {
  MONITOR_DETECT_CONCURRENCY: envInt({ min: 1, max: 100, default: 3 }),
  MONITOR_MAX_PARALLEL_TARGETS: envInt({ min: 1, max: 1000, default: 8 }),
  /** 0: as many as all workers together. */
  WORKER_MAX_PARALLEL_TARGETS: envInt({ min: 0, max: 1000, default: 0 }),
  ...settingsEnvShape,
  RETENTION_DAYS: envInt({ min: 0, max: 36_500, default: 90 }),
  AUDIT_RETENTION_DAYS: envInt({ min: 0, max: 36_500, default: 365 }),
  ...publicUrlEnvShape,
  UPSTREAM_ALLOW_PRIVATE: envParsed(allowPrivateVariable),
  UPSTREAM_PROXY: envParsed(proxyVariable),
  HTTPS_PROXY: envParsed(proxyVariable),
  HTTP_PROXY: envParsed(proxyVariable),
  NO_PROXY: envParsed(noProxyVariable),
};

/** The variables of a worker that runs as a separate service. */
export const workerServiceEnvShape = {
  ...serviceEnvShape,
  ...workerEnvShape,
  WORKER_PORT: portVariable(8083),
};

/** The worker's options from its variables. */
export function workerOptionsOf(env: z.output<z.ZodObject<typeof workerEnvShape>>) {
  return {
    allowPrivate: env.UPSTREAM_ALLOW_PRIVATE,
    proxies: proxyDefaultsOf(env),
    publicUrl: publicUrlOf(env),
    givenSettings: givenSettingsOf(env),
    limits: {
      /** Models of a target that are probed at a time. */
      probesPerRun: env.MONITOR_DETECT_CONCURRENCY,
      /** Scheduled runs at a time in all workers together. */
      scheduledRuns: env.MONITOR_MAX_PARALLEL_TARGETS,
      /** Scheduled runs at a time in this worker. */
      scheduledRunsHere: env.WORKER_MAX_PARALLEL_TARGETS || env.MONITOR_MAX_PARALLEL_TARGETS,
      /** 0: forever. */
      retentionDays: env.RETENTION_DAYS,
      /** 0: forever. */
      auditRetentionDays: env.AUDIT_RETENTION_DAYS,
    },
  };
}

export type WorkerLimits = ReturnType<typeof workerOptionsOf>['limits'];
