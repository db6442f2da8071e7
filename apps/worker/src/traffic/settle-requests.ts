import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProxyRequestsJob } from '@api-monitor/core';
import { recordProxyRequests } from '@api-monitor/db';
import { withRetries } from '../run/with-retries.ts';
import type { WorkerDeps } from '../worker-deps.ts';

type Deps = Pick<WorkerDeps, 'db' | 'bus' | 'logger' | 'metrics'>;
type Requests = ProxyRequestsJob['requests'];

/**
 * Requests per transaction, which blocks an embedded api for a few milliseconds; with fewer, each takes
 * longer. If a batch is cut off between two transactions, it is delivered again, and what has been written
 * already is skipped.
 */
const pieceLength = 200;

/**
 * Writes a batch of the gateway's records, and publishes which channels have started or stopped failing in
 * live traffic. Throws if the database stays out of reach; a batch that is cut off is delivered again.
 */
export async function settleRequests(
  deps: Deps,
  { requests }: ProxyRequestsJob,
  cut: AbortSignal,
): Promise<void> {
  const changed = new Set<number>();
  for (let start = 0; start < requests.length; start += pieceLength) {
    const piece = requests.slice(start, start + pieceLength);
    for (const { target_id } of await write(deps, piece, cut)) changed.add(target_id);
    await nextTurn();
  }
  for (const target_id of changed) {
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
  }
}

async function write({ db, logger, metrics }: Deps, requests: Requests, cut: AbortSignal) {
  try {
    const { recorded, changes } = await withRetries(
      () => recordProxyRequests(db, requests),
      (err) => logger.error({ err, count: requests.length }, 'requests not written; trying again'),
      cut,
    );
    metrics.requestsSettled('written', recorded);
    metrics.requestsSettled('repeated', requests.length - recorded);
    return changes;
  } catch (error) {
    if (cut.aborted) throw error;
    metrics.requestsSettled('lost', requests.length);
    throw error;
  }
}
