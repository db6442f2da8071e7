import { isSkipped, type ProbeResult, type TargetStatus } from '@api-monitor/core';
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
  const trafficProbes = new Counter({
    name: 'api_monitor_traffic_probes_total',
    help: 'Probes of one model after a failure in live traffic, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const settled = new Counter({
    name: 'api_monitor_settled_requests_total',
    help: "The gateway's requests by whether their record was written",
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    probeEnded(probe: ProbeResult): void {
      const { route, error_kind, duration } = probe;
      probes.inc({ route, verdict: error_kind ?? 'alive' });
      if (!isSkipped(probe)) probeDuration.observe({ route }, duration);
    },
    runEnded(status: TargetStatus | 'interrupted', durationS: number): void {
      runs.inc({ status });
      runDuration.observe(durationS);
    },
    /** `skipped`: another probe had just answered the same question, or the model isn't probed. */
    trafficProbeEnded(outcome: 'alive' | 'failed' | 'skipped'): void {
      trafficProbes.inc({ outcome });
    },
    /** The records of a batch were written, had been written before, or could not be written. */
    requestsSettled(outcome: 'written' | 'repeated' | 'lost', count: number): void {
      settled.inc({ outcome }, count);
    },
  };
}
