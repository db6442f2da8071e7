import type { ProbeModelJob, ProxyRequestsJob, RunTargetJob } from '@api-monitor/core';
import type { EventBus } from './event-bus.ts';
import type { JobQueue } from './job-queue.ts';
import type { SharedSums } from './shared-sums.ts';
import type { Ticker } from './ticker.ts';

/** What a gateway needs of a bus: it hands work over, and does none. */
export interface GatewayBus {
  modelProbes: Pick<JobQueue<ProbeModelJob>, 'add'>;
  proxyRequests: Pick<JobQueue<ProxyRequestsJob>, 'add'>;
  events: EventBus;
  sums: SharedSums;
}

/** Everything that processes share beside the database; one driver makes all of it. */
export interface Bus extends GatewayBus {
  /** Runs that the minute scan asks for. */
  scheduledRuns: JobQueue<RunTargetJob>;
  /** Runs asked for by hand: they never wait behind scheduled ones. */
  manualRuns: JobQueue<RunTargetJob>;
  /** Probes of one model that live traffic asks for; the key is `<target_id>/<model>`. */
  modelProbes: JobQueue<ProbeModelJob>;
  /** What gateways served, in batches to be written; each key is a batch's own. */
  proxyRequests: JobQueue<ProxyRequestsJob>;
  ticker: Ticker;
  /** Null where all is well, else a sentence that says what is out of reach. */
  fault(): Promise<string | null>;
  close(): Promise<void>;
}

/** Told of what a handler, listener or task threw; nobody else will see it. */
export type FaultListener = (fault: unknown, where: string) => void;
