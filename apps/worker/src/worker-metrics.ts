import type { ProbeResult, TargetStatus } from '@api-monitor/core';
import { Counter, Histogram, type Registry } from '@api-monitor/runtime';

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** Registers the worker's metrics. */
export function createWorkerMetrics(registry: Registry) {
  const probes = new Counter({
    name: 'api_monitor_probes_total',
    help: 'Probes by route and verdict (alive, or the error kind)',
    labelNames: ['route', 'verdict'],
    registers: [registry],
  });
  const probeDuration = new Histogram({
    name: 'api_monitor_probe_duration_seconds',
    help: 'From the request to the end of the answer',
    labelNames: ['route'],
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300],
    registers: [registry],
  });
  const runs = new Counter({
    name: 'api_monitor_runs_total',
    help: 'Runs by the status of their channel',
    labelNames: ['status'],
    registers: [registry],
  });
  const runDuration = new Histogram({
    name: 'api_monitor_run_duration_seconds',
    help: 'From the start of a run to its last row',
    buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1800],
    registers: [registry],
  });
  const rechecks = new Counter({
    name: 'api_monitor_traffic_probes_total',
    help: 'Single probes of a model after its failure and rest, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const settled = new Counter({
    name: 'api_monitor_settled_requests_total',
    help: "The gateway's requests by whether their record was written",
    labelNames: ['outcome'],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'api_monitor_alert_deliveries_total',
    help: "Attempts to deliver alerts by the destination's kind and outcome (sent, retry, failed)",
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  return {
    probeEnded({ route, error_kind, duration, requests }: ProbeResult): void {
      probes.inc({ route, verdict: error_kind ?? 'alive' });
      if (requests > 0) probeDuration.observe({ route }, duration);
    },
    runEnded(status: TargetStatus | 'interrupted', durationS: number): void {
      runs.inc({ status });
      runDuration.observe(durationS);
    },
    /** `skipped`: a client or a run has answered the question, or the budget is used up. */
    recheckEnded(outcome: 'alive' | 'failed' | 'skipped'): void {
      rechecks.inc({ outcome });
    },
    /** An attempt; after `retry` another follows. */
    deliveryEnded(kind: string, outcome: 'sent' | 'retry' | 'failed'): void {
      deliveries.inc({ kind, outcome });
    },
    /** The records of a batch were written, had been written before, or could not be written. */
    requestsSettled(outcome: 'written' | 'repeated' | 'lost', count: number): void {
      settled.inc({ outcome }, count);
    },
  };
}
