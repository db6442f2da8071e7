import type { Bus, ChannelSlots } from '@api-monitor/bus';
import type { GivenSettings } from '@api-monitor/core';
import type { Database } from '@api-monitor/db';
import type { PriceSource } from '@api-monitor/prices';
import type { Logger } from '@api-monitor/runtime';
import type { Upstream } from '@api-monitor/upstream';
import type { SpendTally } from './asking/budget.ts';
import type { Pause } from './asking/pace.ts';
import type { WorkerLimits } from './env.ts';
import type { FreezeWatch } from './probe/freeze-watch.ts';
import type { ActiveRuns, HeartbeatWatch } from './run/active-runs.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** What the worker's tasks work with. */
export interface WorkerDeps {
  db: Database;
  bus: Bus;
  logger: Logger;
  upstream: Upstream;
  metrics: WorkerMetrics;
  activeRuns: ActiveRuns;
  heartbeats: HeartbeatWatch;
  spending: SpendTally;
  /** Keeps to the channels' bounds. */
  slots: ChannelSlots;
  freezes: FreezeWatch;
  pause: Pause;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  /** Aborts when the worker stops; running runs then start no more probes. */
  stopping: AbortSignal;
  limits: WorkerLimits;
  /** What is in force unless an admin set otherwise. */
  givenSettings: GivenSettings;
  /** The price table, which a process loads once. */
  prices: PriceSource;
  dataDir: string;
  /** The folder of the JSONL logs. */
  logDir: string;
  /** Unix seconds. */
  nowS: () => number;
}
