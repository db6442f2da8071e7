import type { MonitorEvent, ProbeModelJob, ProxyRequestsJob } from '@api-monitor/core';
import type { StoredEvent } from '../event-bus.ts';
import type { Addition } from '../shared-sums.ts';

/** What a thread asks of the bus in another one. */
export type BusCall =
  | { call: 'probe-model'; key: string; job: ProbeModelJob }
  | { call: 'keep-requests'; key: string; job: ProxyRequestsJob }
  | { call: 'publish'; event: MonitorEvent }
  | { call: 'since'; lastId: string }
  | { call: 'add'; additions: readonly Addition[] };

/** What comes of each. */
export interface BusAnswers {
  'probe-model': boolean;
  'keep-requests': boolean;
  publish: undefined;
  since: StoredEvent[] | null;
  add: number[];
}

/** From the thread to the bus. */
export interface BusAsk {
  id: number;
  asked: BusCall;
}

/** From the bus to the thread. */
export type BusTold =
  | { told: 'answer'; id: number; value: unknown }
  | { told: 'refusal'; id: number; message: string; isExpected: boolean }
  | { told: 'event'; stored: StoredEvent }
  | { told: 'loss' };
