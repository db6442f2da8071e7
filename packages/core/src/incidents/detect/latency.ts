import { type Histogram, percentileOf } from '../../figures/histogram.ts';

// Each of these returns null if too little is known to say anything.

interface Latency {
  /** Times to the first token of the last fifteen minutes, and of the seven days before. */
  recent: Histogram;
  baseline: Histogram;
  /** Whether it was slow before. */
  wasSlow: boolean;
}

const leastRecent = 10;
const leastBaseline = 100;
/** Slow begins above this multiple of the usual, and ends below the other. */
const slowFrom = 2;
const slowUntil = 1.5;
/** Nobody notices less, in seconds. */
const leastDifferenceS = 0.5;

/** Whether a model answers much more slowly than usual, by the 95th percentile. */
export function findLatency({ recent, baseline, wasSlow }: Latency) {
  if (countOf(recent) < leastRecent || countOf(baseline) < leastBaseline) return null;
  const [p95_s, baseline_s] = [percentileOf(recent, 0.95), percentileOf(baseline, 0.95)];
  if (p95_s === null || baseline_s === null) return null;
  const isOver = p95_s > baseline_s * (wasSlow ? slowUntil : slowFrom);
  return {
    is_bad: isOver && p95_s - baseline_s >= leastDifferenceS,
    figures: { p95_s: rounded(p95_s), baseline_s: rounded(baseline_s) },
  };
}

function countOf(histogram: Histogram): number {
  return Object.values(histogram).reduce((sum, count) => sum + count, 0);
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
