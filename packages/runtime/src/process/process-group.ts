import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Logger } from '../reports/logger.ts';

/** Metrics as `/metrics` tells them. */
export type MetricsSource = Pick<Registry, 'contentType' | 'metrics'>;

type FromMember = { ask: 'group-metrics'; id: number };
type ToMember = { told: 'group-metrics'; id: number; text: string | null };

const restartPauseMs = 1_000;
const metricsTimeoutMs = 6_000;

/** Whether this process is to start a group of itself, and not to do its work. */
export function leadsGroup(size: number): boolean {
  return size > 1 && cluster.isPrimary;
}

/**
 * Runs this program `size` times over one port (node:cluster). One that ends by itself is started
 * again, unless it never came to listen: then the group ends with its code. A signal ends all of them
 * by SIGTERM, a second one at once.
 */
export function leadGroup(size: number, logger: Logger): void {
  /** With which code the group ends; null while it is to go on. */
  let endCode: number | null = null;
  const listened = new WeakSet<Worker>();
  const members = () => Object.values(cluster.workers ?? {});
  const end = (signal: NodeJS.Signals, code: number) => {
    endCode ??= code;
    for (const worker of members()) worker?.process.kill(signal);
    if (members().length === 0) process.exit(endCode);
  };
  cluster.on('listening', (worker) => listened.add(worker));
  cluster.on('exit', (worker, code, signal) => {
    if (endCode !== null) {
      if (members().length === 0) process.exit(endCode);
      return;
    }
    if (!listened.has(worker)) {
      end('SIGTERM', code || 1);
      return;
    }
    logger.error({ code, signal }, 'a process of the group ended; another one is started');
    setTimeout(() => {
      if (endCode === null) cluster.fork();
    }, restartPauseMs);
  });
  const stop = () => end(endCode === null ? 'SIGTERM' : 'SIGKILL', 0);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  tellGroupMetrics(logger);
  for (let n = 0; n < size; n += 1) cluster.fork();
}

/** In the leader: sums up the metrics of all members for the one that is asked. */
function tellGroupMetrics(logger: Logger): void {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: FromMember) => {
    if (message?.ask !== 'group-metrics') return;
    const tell = (text: string | null) =>
      worker.send({ told: 'group-metrics', id: message.id, text } satisfies ToMember);
    aggregator.clusterMetrics().then(tell, (err) => {
      logger.error({ err }, 'metrics of the group could not be had');
      tell(null);
    });
  });
}

/** The metrics of the whole group where this process is a member of one, else the registry's own. */
export function groupMetrics(registry: Registry): MetricsSource {
  if (!cluster.isWorker) return registry;
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry();
  let lastId = 0;
  return {
    contentType: registry.contentType,
    metrics: () =>
      new Promise((resolve) => {
        lastId += 1;
        const id = lastId;
        const settle = (text: string | null) => {
          clearTimeout(timer);
          process.off('message', take);
          // One member's own are better than none.
          resolve(text ?? registry.metrics());
        };
        const take = (message: ToMember) => {
          if (message?.told === 'group-metrics' && message.id === id) settle(message.text);
        };
        const timer = setTimeout(settle, metricsTimeoutMs, null);
        process.on('message', take);
        process.send?.({ ask: 'group-metrics', id } satisfies FromMember);
      }),
  };
}
