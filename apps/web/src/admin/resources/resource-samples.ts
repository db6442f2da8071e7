/** What the API tells of the machine at a moment. */
export interface ResourceSample {
  sample_time_ms: number;
  container: {
    available: boolean;
    cpu_usage_seconds_total: number | null;
    cpu_limit_cores: number | null;
    memory_usage_bytes: number | null;
    memory_limit_bytes: number | null;
    detail: string;
  };
  process: { cpu_usage_seconds_total: number; memory_rss_bytes: number; uptime_s: number };
}

/** A point of the charts; null where the machine doesn't tell. */
export interface ResourcePoint {
  timeMs: number;
  /** Cores in use since the point before. */
  containerCores: number | null;
  processCores: number | null;
  containerBytes: number | null;
  processBytes: number;
}

const mostPoints = 150;

/** The points with one more, the oldest gone; a first sample has no cores yet. */
export function addSample(
  points: readonly ResourcePoint[],
  before: ResourceSample | null,
  sample: ResourceSample,
): ResourcePoint[] {
  const spanS = before ? (sample.sample_time_ms - before.sample_time_ms) / 1000 : 0;
  const coresOf = (now: number | null, then: number | null | undefined) =>
    spanS <= 0 || now === null || then === null || then === undefined
      ? null
      : Math.max(0, (now - then) / spanS);
  const point: ResourcePoint = {
    timeMs: sample.sample_time_ms,
    containerCores: coresOf(
      sample.container.cpu_usage_seconds_total,
      before?.container.cpu_usage_seconds_total,
    ),
    processCores: coresOf(
      sample.process.cpu_usage_seconds_total,
      before?.process.cpu_usage_seconds_total,
    ),
    containerBytes: sample.container.memory_usage_bytes,
    processBytes: sample.process.memory_rss_bytes,
  };
  return [...points, point].slice(-mostPoints);
}
