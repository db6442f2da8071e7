import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createChannelSlots } from '@api-monitor/bus';
import { viaMarkOf } from '@api-monitor/core';
import { getTarget } from '@api-monitor/db';
import { createPriceSource, type PriceSource } from '@api-monitor/prices';
import { createOutageWatch, type Registry } from '@api-monitor/runtime';
import {
  type AllowPrivate,
  createGuardedClient,
  createUpstream,
  noProxies,
  type ProxyDefaults,
} from '@api-monitor/upstream';
import { createAlerts } from './alerts/create-alerts.ts';
import { createSpendTally } from './asking/budget.ts';
import { pollBalance, queueBalancePolls } from './balances/poll-balance.ts';
import { cleanOldLogs, pruneHistory } from './housekeeping.ts';
import { refreshPrices } from './prices/refresh-prices.ts';
import { createFreezeWatch } from './probe/freeze-watch.ts';
import { createActiveRuns, createHeartbeatWatch } from './run/active-runs.ts';
import { runTarget } from './run/run-target.ts';
import { testChannel } from './run/test-channel.ts';
import { lookPeriodMs, recoverInterrupted, runIfDue, scan } from './scan.ts';
import { queueRechecks, recheckModel } from './traffic/recheck.ts';
import { settleRequests } from './traffic/settle-requests.ts';
import type { WorkerDeps } from './worker-deps.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

interface WorkerOptions
  extends Pick<
    WorkerDeps,
    'db' | 'bus' | 'logger' | 'limits' | 'givenSettings' | 'dataDir' | 'logDir' | 'nowS'
  > {
  metrics: Registry;
  allowPrivate: AllowPrivate;
  /** Shared with the rest of the process, if there is any. */
  prices?: PriceSource;
  /** For targets without a proxy of their own. */
  proxies?: ProxyDefaults;
  /** Of the pages, for links in alerts; absent: unknown. */
  publicUrl?: string | null;
  /** Identifies all processes of this installation. */
  instanceId: string;
}

const rechecksAtOnce = 16;
const testsAtOnce = 4;
const balancePollsHere = 4;
const balancePolls = 8;
const freezeLookMs = 1_000;
const scanPeriodMs = 2_000;
const recheckPeriodMs = 1_500;
const balancePeriodMs = 5_000;
/** How soon a new source is read. */
const refreshPeriodMs = 60_000;
const logCleanupPeriodMs = 10 * 60_000;
const prunePeriodMs = 60 * 60_000;

/** Builds a worker. Call `stop` before closing its database and bus. */
export function createWorker({
  allowPrivate,
  proxies = noProxies,
  publicUrl = null,
  instanceId,
  ...options
}: WorkerOptions) {
  const { bus, logger } = options;
  const stopping = new AbortController();
  const deps: WorkerDeps = {
    ...options,
    prices: options.prices ?? createPriceSource(options.db),
    upstream: createUpstream({ allowPrivate, proxies, via: viaMarkOf(instanceId) }),
    metrics: createWorkerMetrics(options.metrics),
    activeRuns: createActiveRuns(),
    heartbeats: createHeartbeatWatch(),
    spending: createSpendTally(),
    slots: createChannelSlots({
      slots: bus.slots,
      processName: randomUUID(),
      nowMs: () => performance.now(),
    }),
    freezes: createFreezeWatch(options.nowS),
    pause: (ms, signal) => pause(ms, undefined, { signal }),
    random: Math.random,
    stopping: stopping.signal,
  };
  const client = createGuardedClient({ allowPrivate, proxies });
  const alerts = createAlerts(deps, { allowPrivate, proxies, publicUrl });
  const watchBalances = createOutageWatch({
    logger,
    lost: 'asking for balances fails',
    back: 'asking for balances works again',
  });
  const watchRechecks = createOutageWatch({
    logger,
    lost: 'rechecking models fails',
    back: 'rechecking models works again',
  });
  let stops: (() => void)[] = [];
  return {
    /** Starts to scan, to run, and to clean up. */
    start(): void {
      stops = [followTargets(deps), watchForDeadRuns(deps), watchForFreezes(deps)];
      consumeRuns(deps);
      consumeTraffic(deps);
      alerts.start();
      bus.ticker.every('scan', scanPeriodMs, () => scan(deps));
      bus.ticker.every('recheck', recheckPeriodMs, () => watchRechecks(queueRechecks(deps)));
      bus.ticker.every('balances', balancePeriodMs, () => watchBalances(queueBalancePolls(deps)));
      bus.ticker.every('refresh-prices', refreshPeriodMs, () =>
        refreshPrices({ ...deps, client, stopping: stopping.signal }),
      );
      bus.ticker.every('clean-logs', logCleanupPeriodMs, () => cleanOldLogs(deps));
      bus.ticker.every('prune-history', prunePeriodMs, () => pruneHistory(deps));
    },
    /** Starts nothing more; what is running continues until `stop`. */
    pause() {
      stopping.abort();
      alerts.pause();
    },
    /** Starts nothing more, gives running probes `graceMs` to end, and writes what was measured. */
    async stop(graceMs: number): Promise<void> {
      stopping.abort();
      const { scheduledRuns, manualRuns, modelProbes, channelTests, proxyRequests } = bus;
      const runs = [scheduledRuns, manualRuns, modelProbes];
      const queues = [...runs, channelTests, bus.balancePolls, proxyRequests];
      const drained = queues.map((queue) => queue.drain(graceMs));
      await Promise.all([...drained, alerts.stop(graceMs)]);
      for (const stop of stops) stop();
      deps.slots.close();
      await client.close();
      await deps.upstream.close();
    },
  };
}

function consumeRuns(deps: WorkerDeps): void {
  const { scheduledRuns, manualRuns, channelTests } = deps.bus;
  scheduledRuns.consume((job, cut) => runIfDue(deps, job.target_id, cut), {
    concurrency: deps.limits.scheduledRunsHere,
    limit: deps.limits.scheduledRuns,
  });
  manualRuns.consume(
    (job, cut) => runTarget(deps, { targetId: job.target_id, trigger: 'manual' }, cut),
    { concurrency: deps.limits.scheduledRunsHere },
  );
  deps.bus.balancePolls.consume((job, cut) => pollBalance(deps, job, cut), {
    ...{ concurrency: balancePollsHere, limit: balancePolls },
  });
  channelTests.consume((job, cut) => testChannel(deps, job, cut), { concurrency: testsAtOnce });
}

/** Probes of models whose rest is over, and the gateway's records to be written. */
function consumeTraffic(deps: WorkerDeps): void {
  const { modelProbes, proxyRequests } = deps.bus;
  modelProbes.consume((job, cut) => recheckModel(deps, job, cut), { concurrency: rechecksAtOnce });
  // One at a time: each is a transaction, and SQLite has one connection per process.
  proxyRequests.consume((job, cut) => settleRequests(deps, job, cut), { concurrency: 1 });
}

/** Looks at the runs of all workers periodically. Returns a function that stops it. */
function watchForDeadRuns(deps: WorkerDeps): () => void {
  const watch = createOutageWatch({
    logger: deps.logger,
    lost: 'looking for dead runs fails',
    back: 'looking for dead runs works again',
  });
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    await watch(recoverInterrupted(deps));
    isLooking = false;
  };
  const timer = setInterval(look, lookPeriodMs).unref();
  return () => clearInterval(timer);
}

/** Returns a function that stops it. */
function watchForFreezes({ freezes }: WorkerDeps): () => void {
  const timer = setInterval(freezes.look, freezeLookMs).unref();
  return () => clearInterval(timer);
}

/** Tells a target's run about changes, and closes the connections of deleted targets. Returns a function that stops it. */
function followTargets(deps: WorkerDeps): () => void {
  const { events } = deps.bus;
  const readAgain = (target_id: number) => {
    getTarget(deps.db, target_id).then(
      (target) => {
        deps.activeRuns.targetChanged(target_id, target);
        if (!target) deps.upstream.forget(target_id);
      },
      (err) => deps.logger.error({ err, target_id }, 'changed target could not be read'),
    );
  };
  const stops = [
    events.subscribe(({ event }) => {
      if (event.type === 'target_updated') readAgain(event.data.target_id);
    }),
    events.onLoss(() => deps.activeRuns.targetIds().forEach(readAgain)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
