import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Bus, createChannelSlots, createInProcessBus } from '@api-monitor/bus';
import {
  type GivenSettings,
  type MonitorEvent,
  type Target,
  type TargetInput,
  targetDefaults,
} from '@api-monitor/core';
import { createTarget, openDatabase } from '@api-monitor/db';
import { testDatabaseUrl } from '@api-monitor/db/testing';
import {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from '@api-monitor/fake-provider';
import { createPriceSource } from '@api-monitor/prices';
import { createLogger, createMetricsRegistry } from '@api-monitor/runtime';
import { createUpstream } from '@api-monitor/upstream';
import { onTestFinished } from 'vitest';
import { createSpendTally } from '../src/asking/budget.ts';
import type { WorkerLimits } from '../src/env.ts';
import { createFreezeWatch } from '../src/probe/freeze-watch.ts';
import { createActiveRuns, createHeartbeatWatch } from '../src/run/active-runs.ts';
import { recoverInterrupted } from '../src/scan.ts';
import type { WorkerDeps } from '../src/worker-deps.ts';
import { createWorkerMetrics } from '../src/worker-metrics.ts';

const apiKey = 'sk-upstream-0123456789abcdef';

const limits: WorkerLimits = {
  probesPerRun: 3,
  scheduledRuns: 8,
  scheduledRunsHere: 8,
  retentionDays: 90,
  auditRetentionDays: 365,
};

/** What a worker works with, with its own data folder and a clock that the test sets. */
export async function openTestWorker(
  given: { limits?: Partial<WorkerLimits>; givenSettings?: GivenSettings } = {},
) {
  const { givenSettings = {} } = given;
  const dataDir = await mkdtemp(join(tmpdir(), 'worker-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const clock = { now: 1_800_000_000 };
  const nowS = () => clock.now;
  const db = await openDatabase({ dataDir, databaseUrl: await testDatabaseUrl(), now: nowS });
  onTestFinished(() => db.close());
  const logger = createLogger({ name: 'test', level: 'silent' });
  const metrics = createMetricsRegistry();
  const logDir = join(dataDir, 'logs');
  const options = {
    db,
    logger,
    nowS,
    ...{ dataDir, logDir },
    givenSettings,
    limits: { ...limits, ...given.limits },
  };

  /** How long the worker waited, without the wait. */
  const pauses: number[] = [];
  const makeDeps = (): WorkerDeps & { events: MonitorEvent[]; stop: () => void } => {
    const { bus, events } = openBus();
    const upstream = createUpstream({
      allowPrivate: 'on',
      via: '1.1 api-monitor-0123456789abcdef',
    });
    onTestFinished(() => upstream.close());
    const stopping = new AbortController();
    const slots = createChannelSlots({
      ...{ slots: bus.slots, processName: randomUUID() },
      nowMs: () => performance.now(),
    });
    onTestFinished(() => slots.close());
    return {
      ...options,
      prices: createPriceSource(options.db),
      bus,
      events,
      upstream,
      metrics: createWorkerMetrics(createMetricsRegistry()),
      activeRuns: createActiveRuns(),
      heartbeats: createHeartbeatWatch(),
      spending: createSpendTally(),
      slots,
      freezes: createFreezeWatch(nowS),
      pause: async (ms) => {
        pauses.push(ms);
        await nextTurn();
      },
      random: () => 0.5,
      stopping: stopping.signal,
      stop: () => stopping.abort(),
    };
  };
  const readLogs = async () => {
    const files = (await readdir(logDir)).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(logDir, file), 'utf8')));
    return { files, lines: texts.flatMap((text) => text.split('\n').filter(Boolean)) };
  };
  return { ...options, dataDir, metrics, clock, pauses, makeDeps, openBus, readLogs };
}

function openBus(): { bus: Bus; events: MonitorEvent[] } {
  const events: MonitorEvent[] = [];
  const bus = createInProcessBus({ nowMs: Date.now, onFault: (fault) => console.error(fault) });
  bus.events.subscribe(({ event }) => events.push(event));
  onTestFinished(() => bus.close());
  return { bus, events };
}

export async function startProvider(models: FakeProviderOptions['models']): Promise<FakeProvider> {
  const provider = await startFakeProvider({ models, apiKey });
  onTestFinished(() => provider.close());
  return provider;
}

export function addTarget(
  { db, clock }: Pick<Awaited<ReturnType<typeof openTestWorker>>, 'db' | 'clock'>,
  provider: { origin: string },
  fields: Partial<TargetInput> = {},
): Promise<Target> {
  const input: TargetInput = {
    name: `relay ${Math.random()}`,
    base_url: provider.origin,
    api_key: apiKey,
    ...targetDefaults,
    timeout_s: 5,
    // Tests count the requests that a provider gets.
    balance_interval_min: 0,
    ...fields,
  };
  return createTarget(db, input, clock.now);
}

/** Looks so often that a run that was dead at the first look is found. */
export async function lookUntilDead(deps: WorkerDeps): Promise<void> {
  for (let looks = 0; looks <= 8; looks += 1) await recoverInterrupted(deps);
}
