import type { ProxyRequestsJob } from '@api-monitor/core';
import { recordProxyRequests } from '@api-monitor/db';
import { withRetries } from '../run/with-retries.ts';
import type { WorkerDeps } from '../worker-deps.ts';

type Deps = Pick<WorkerDeps, 'db' | 'bus' | 'logger' | 'metrics'>;

/**
 * Writes a batch of the gateway's records, and tells the page of channels where live traffic began or
 * ceased to fail. Throws where the database stays out of reach.
 */
export async function settleRequests(deps: Deps, { requests }: ProxyRequestsJob): Promise<void> {
  const { recorded, changes } = await write(deps, requests);
  deps.metrics.requestsSettled('written', recorded);
  deps.metrics.requestsSettled('repeated', requests.length - recorded);
  for (const target_id of new Set(changes.map((change) => change.target_id))) {
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
  }
}

async function write(deps: Deps, requests: ProxyRequestsJob['requests']) {
  try {
    return await withRetries(
      () => recordProxyRequests(deps.db, requests),
      (err) =>
        deps.logger.error({ err, count: requests.length }, 'requests not written; trying again'),
    );
  } catch (error) {
    deps.metrics.requestsSettled('lost', requests.length);
    throw error;
  }
}
