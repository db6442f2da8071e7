import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Logger } from '../reports/logger.ts';

type FromMember = { request: 'group-metrics'; id: number };
type ToMember = { answer: 'group-metrics'; id: number; text: string | null };

const restartPauseMs = 1_000;
const metricsTimeoutMs = 6_000;

/**
 * Runs this program `size` times on one port (node:cluster). Returns false if this process is to run the
 * program itself: it is a member of the group, or there is no group.
 *
 * A member that ends by itself is started again, unless it never listened: then the group ends with its
 * exit code. A signal ends all members by SIGTERM, a second one at once.
 */
export function leadGroup(size: number, logger: Logger): boolean {
  if (size <= 1 || cluster.isWorker) return false;
  /** The exit code of the group once it is ending. */
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
    logger.error({ code, signal }, 'a process of the group ended; starting another one');
    setTimeout(() => {
      if (endCode === null) cluster.fork();
    }, restartPauseMs);
  });
  const stop = () => end(endCode === null ? 'SIGTERM' : 'SIGKILL', 0);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  answerGroupMetrics(logger);
  for (let n = 0; n < size; n += 1) cluster.fork();
  return true;
}

/** In the leader: sends the sum of all members' metrics to the member that asks. */
function answerGroupMetrics(logger: Logger): void {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: FromMember) => {
    if (message?.request !== 'group-metrics') return;
    const answer = (text: string | null) =>
      worker.send({ answer: 'group-metrics', id: message.id, text } satisfies ToMember);
    aggregator.clusterMetrics().then(answer, (err) => {
      logger.error({ err }, "the group's metrics could not be read");
      answer(null);
    });
  });
}

/** The metrics of the whole group if this process is a member of one, else the registry's own. */
export function groupMetrics(registry: Registry): Pick<Registry, 'contentType' | 'metrics'> {
  if (!cluster.isWorker) return registry;
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry();
  let lastId = 0;
  const requestMetrics = () => {
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const receive = (message: ToMember) => {
      if (message?.answer === 'group-metrics' && message.id === id) resolve(message.text);
    };
    const timer = setTimeout(resolve, metricsTimeoutMs, null);
    process.on('message', receive);
    process.send?.({ request: 'group-metrics', id } satisfies FromMember);
    return promise.finally(() => {
      clearTimeout(timer);
      process.off('message', receive);
    });
  };
  return {
    contentType: registry.contentType,
    // One member's metrics are better than none.
    metrics: async () => (await requestMetrics()) ?? registry.metrics(),
  };
}
