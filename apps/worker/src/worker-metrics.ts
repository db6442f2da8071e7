import type { ProbeResult, TargetStatus } from '@api-monitor/core';
import { Counter, Histogram, type Registry } from '@api-monitor/runtime';

/** `skipped`: there was nothing to find out, or it had been found out just before. */
export type TrafficProbeOutcome = 'alive' | 'failed' | 'skipped';

export interface WorkerMetrics {
  probeEnded(probe: ProbeResult): void;
  runEnded(status: TargetStatus | 'interrupted', durationS: number): void;
  /** A probe that live traffic asked for: what came of it. */
  trafficProbeEnded(outcome: TrafficProbeOutcome): void;
  /** A batch of the gateway's records was written, or could not be. */
  requestsSettled(outcome: 'written' | 'repeated' | 'lost', count: number): void;
}

/** Registers what the worker measures: probes by route and verdict, and runs by status. */
export function createWorkerMetrics(registry: Registry): WorkerMetrics {
  const probes = new Counter({
    name: 'api_monitor_probes_total',
    help: 'Probes by route and verdict (alive, or the kind of the error)',
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
    help: 'Runs by what they said of their channel',
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
    help: 'Probes of one model that live traffic asked for, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const settled = new Counter({
    name: 'api_monitor_settled_requests_total',
    help: "The gateway's requests by what became of their record",
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    trafficProbeEnded: (outcome) => trafficProbes.inc({ outcome }),
    requestsSettled: (outcome, count) => settled.inc({ outcome }, count),
    probeEnded({ route, error_kind, duration }) {
      probes.inc({ route, verdict: error_kind ?? 'alive' });
      if (error_kind !== 'skipped') probeDuration.observe({ route }, duration);
    },
    runEnded(status, durationS) {
      runs.inc({ status });
      runDuration.observe(durationS);
    },
  };
}
