import type { Bus } from '@api-monitor/bus';
import { viaMarkOf } from '@api-monitor/core';
import { type Database, getTarget } from '@api-monitor/db';
import { createOutageWatch, type Logger, type Registry } from '@api-monitor/runtime';
import { type AllowPrivate, createUpstream } from '@api-monitor/upstream';
import { cleanOldLogs, pruneHistory } from './housekeeping.ts';
import { createActiveRuns } from './run/active-runs.ts';
import { createHeartbeatWatch } from './run/heartbeat-watch.ts';
import { runTarget } from './run/run-target.ts';
import { lookPeriodMs, recoverInterrupted, runIfDue, scan } from './scan.ts';
import { probeOneModel } from './traffic/probe-one-model.ts';
import { recheckModels } from './traffic/recheck-models.ts';
import { settleRequests } from './traffic/settle-requests.ts';
import type { WorkerDeps, WorkerLimits } from './worker-deps.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

export interface WorkerOptions {
  db: Database;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  allowPrivate: AllowPrivate;
  /** What all processes of this installation are known by. */
  instanceId: string;
  limits: WorkerLimits;
  logDir: string;
  /** Unix seconds. */
  nowS: () => number;
}

export interface Worker {
  /** Begins to scan, to run, and to keep house. */
  start(): void;
  /** Starts nothing new from now on; what is under way goes on until `stop`. */
  pause(): void;
  /** Starts nothing new; probes under way may end within `graceMs`. What was measured is written. */
  stop(graceMs: number): Promise<void>;
}

const modelProbesAtOnce = 16;
/** A run asked for by hand always starts; the queue bounds how many may be asked for. */
const everyRun = Number.MAX_SAFE_INTEGER;
const scanPeriodMs = 60_000;
const recheckPeriodMs = 10_000;
const logCleanupPeriodMs = 10 * 60_000;
const prunePeriodMs = 60 * 60_000;

/** Builds the worker over an open database and a bus; whoever builds it stops it. */
export function createWorker(options: WorkerOptions): Worker {
  const { bus } = options;
  const stopping = new AbortController();
  const deps: WorkerDeps = {
    ...options,
    upstream: createUpstream({
      allowPrivate: options.allowPrivate,
      via: viaMarkOf(options.instanceId),
    }),
    metrics: createWorkerMetrics(options.metrics),
    activeRuns: createActiveRuns(),
    heartbeats: createHeartbeatWatch(),
    stopping: stopping.signal,
  };
  const watchRechecks = createOutageWatch({
    logger: deps.logger,
    lost: 'models could not be rechecked',
    back: 'models are rechecked again',
  });
  let stopFollowing = () => {};
  let stopLooking = () => {};
  return {
    start() {
      stopFollowing = followTargets(deps);
      stopLooking = lookForTheDead(deps);
      consumeRuns(deps);
      consumeTraffic(deps);
      bus.ticker.every('scan', scanPeriodMs, () => scan(deps));
      bus.ticker.every('recheck', recheckPeriodMs, () => watchRechecks(recheckModels(deps)));
      bus.ticker.every('clean-logs', logCleanupPeriodMs, () => cleanOldLogs(deps));
      bus.ticker.every('prune-history', prunePeriodMs, () => pruneHistory(deps));
    },
    pause: () => stopping.abort(),
    async stop(graceMs) {
      stopping.abort();
      stopLooking();
      const queues = [bus.scheduledRuns, bus.manualRuns, bus.modelProbes, bus.proxyRequests];
      await Promise.all(queues.map((queue) => queue.drain(graceMs)));
      stopFollowing();
      await deps.upstream.close();
    },
  };
}

function consumeRuns(deps: WorkerDeps): void {
  const { scheduledRuns, manualRuns } = deps.bus;
  scheduledRuns.consume((job, cut) => runIfDue(deps, job.target_id, cut), {
    concurrency: deps.limits.scheduledRunsHere,
    limit: deps.limits.scheduledRuns,
  });
  manualRuns.consume(
    (job, cut) => runTarget(deps, { targetId: job.target_id, trigger: 'manual' }, cut),
    { concurrency: everyRun },
  );
}

/** What the gateway asks for: probes of models that failed, and its records written. */
function consumeTraffic(deps: WorkerDeps): void {
  const { modelProbes, proxyRequests } = deps.bus;
  modelProbes.consume((job, cut) => probeOneModel(deps, job, cut), {
    concurrency: modelProbesAtOnce,
  });
  // One after the other: each is a transaction, and a process has one connection.
  proxyRequests.consume((job, cut) => settleRequests(deps, job, cut), { concurrency: 1 });
}

/** Looks at the runs of all workers; returns the way to stop. */
function lookForTheDead(deps: WorkerDeps): () => void {
  const watch = createOutageWatch({
    logger: deps.logger,
    lost: 'dead runs could not be looked for',
    back: 'dead runs are looked for again',
  });
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    await watch(recoverInterrupted(deps));
    isLooking = false;
  };
  const timer = setInterval(look, lookPeriodMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Lets a change of a target reach its run, and its connections go when it is deleted. */
function followTargets(deps: WorkerDeps): () => void {
  const { events } = deps.bus;
  const readAnew = (target_id: number) => {
    getTarget(deps.db, target_id).then(
      (target) => {
        deps.activeRuns.targetChanged(target_id, target);
        if (!target) deps.upstream.forget(target_id);
      },
      (err) => deps.logger.error({ err, target_id }, 'changed target could not be read'),
    );
  };
  const unsubscribe = events.subscribe(({ event }) => {
    if (event.type === 'target_updated') readAnew(event.data.target_id);
  });
  const stopHearing = events.onLoss(() => deps.activeRuns.targetIds().forEach(readAnew));
  return () => {
    unsubscribe();
    stopHearing();
  };
}
