import type { Bus } from '@api-monitor/bus';
import type { Database } from '@api-monitor/db';
import type { Logger } from '@api-monitor/runtime';
import type { Upstream } from '@api-monitor/upstream';
import type { ActiveRuns } from './run/active-runs.ts';
import type { HeartbeatWatch } from './run/heartbeat-watch.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** What the worker's tasks are made of; `createWorker` builds it once. */
export interface WorkerDeps {
  db: Database;
  bus: Bus;
  logger: Logger;
  upstream: Upstream;
  metrics: WorkerMetrics;
  activeRuns: ActiveRuns;
  heartbeats: HeartbeatWatch;
  /** Aborts when the worker stops: runs under way start no further probe. */
  stopping: AbortSignal;
  limits: WorkerLimits;
  /** The folder of the JSONL logs. */
  logDir: string;
  /** Unix seconds. */
  nowS: () => number;
}

export interface WorkerLimits {
  /** Models at a time within a target. */
  probesPerRun: number;
  /** Scheduled runs at a time, in all workers together. */
  scheduledRuns: number;
  /** And in this one. */
  scheduledRunsHere: number;
  isLogCleanupEnabled: boolean;
  /** 0: no limit. */
  logMaxSizeMb: number;
  /** 0: for ever. */
  retentionDays: number;
  /** Of the audit log; 0: for ever. */
  auditRetentionDays: number;
}
