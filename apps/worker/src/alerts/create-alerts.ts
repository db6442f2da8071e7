import { createOutageWatch } from '@api-monitor/runtime';
import { type AllowPrivate, createGuardedClient, type ProxyDefaults } from '@api-monitor/upstream';
import type { WorkerDeps } from '../worker-deps.ts';
import { createDispatcher } from './dispatcher.ts';
import { readCertificates } from './read-certificates.ts';
import { createAlertStep } from './step-alerts.ts';
import { createStorageAlarm } from './storage-alarm.ts';
import { testDestination } from './test-destination.ts';

interface Options {
  allowPrivate: AllowPrivate;
  proxies: ProxyDefaults;
  /** Of the pages, for links in notices; null: unknown. */
  publicUrl: string | null;
}

type Deps = Pick<
  WorkerDeps,
  | 'db'
  | 'bus'
  | 'givenSettings'
  | 'logger'
  | 'metrics'
  | 'nowS'
  | 'stopping'
  | 'dataDir'
  | 'upstream'
>;

/** Some things happen because time passes, so a step is due at least this often. */
const clockPeriodMs = 5_000;
/** How long the first change waits for others. */
const gatherMs = 300;
/** How often a worker looks whether it has to step without Redis. */
const alonePeriodMs = 15_000;
/** How often it looks whether the database takes writes, which costs one. */
const storagePeriodMs = 60_000;
const certificatePeriodMs = 5 * 60_000;
const testsAtOnce = 4;

/** Events after which there may be something to tell. */
const changes = [
  ...['target_updated', 'run_completed', 'fault_changed', 'proxy_keys_changed'],
  ...['settings_changed', 'alerts_changed'],
];

/** Tells people: decides what, one process at a time, and sends it. */
export function createAlerts(deps: Deps, { publicUrl, ...ways }: Options) {
  const { bus, logger, stopping } = deps;
  const client = createGuardedClient(ways);
  const sending = { ...deps, client, publicUrl };
  const dispatcher = createDispatcher(sending);
  const step = createAlertStep(deps);
  const watchSteps = createOutageWatch({
    logger,
    lost: 'looking for alerts fails',
    back: 'looking for alerts works again',
  });
  const stepNow = async () => {
    if (stopping.aborted) return;
    const { notices } = await step();
    if (notices.length > 0) dispatcher.wake();
  };
  const ask = async () => {
    // The second waits while the first runs, so that what changes meanwhile is looked at too.
    if (!(await bus.alertSteps.add('first', {}))) await bus.alertSteps.add('second', {});
  };
  let gathering: NodeJS.Timeout | null = null;
  const askSoon = () => {
    gathering ??= setTimeout(() => {
      gathering = null;
      void watchSteps(ask());
    }, gatherMs);
  };
  const giveUp = new AbortController();
  const storageAlarm = createStorageAlarm({ ...sending, signal: giveUp.signal });
  /** Without Redis nothing is queued, and that is worth an alert too. */
  const stepAlone = async () => {
    if (await bus.fault()) await watchSteps(stepNow());
  };
  let looking: Promise<void> | null = null;
  const lookAtStorage = () => {
    looking ??= storageAlarm
      .look()
      .catch(() => {})
      .finally(() => {
        looking = null;
      });
  };
  let stops: (() => void)[] = [];
  return {
    start(): void {
      const unsubscribe = bus.events.subscribe(({ event }) => {
        if (changes.includes(event.type)) askSoon();
      });
      const alone = setInterval(() => void watchSteps(stepAlone()), alonePeriodMs).unref();
      lookAtStorage();
      const storage = setInterval(lookAtStorage, storagePeriodMs).unref();
      stops = [
        ...[unsubscribe, bus.events.onLoss(askSoon)],
        ...[() => clearInterval(alone), () => clearInterval(storage)],
      ];
      bus.alertSteps.consume(() => watchSteps(stepNow()), { concurrency: 1, limit: 1 });
      bus.destinationTests.consume((job, cut) => testDestination(sending, job, cut), {
        concurrency: testsAtOnce,
      });
      bus.ticker.every('alerts', clockPeriodMs, () => watchSteps(ask()));
      bus.ticker.every('certificates', certificatePeriodMs, () => readCertificates(deps));
      dispatcher.wake();
    },
    pause: dispatcher.pause,
    async stop(graceMs: number): Promise<void> {
      for (const stop of stops) stop();
      if (gathering) clearTimeout(gathering);
      giveUp.abort();
      await looking;
      await Promise.all([
        bus.alertSteps.drain(graceMs),
        bus.destinationTests.drain(graceMs),
        dispatcher.stop(graceMs),
      ]);
      await client.close();
    },
  };
}
