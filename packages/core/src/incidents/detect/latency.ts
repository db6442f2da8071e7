import { type Histogram, percentileOf, shareAbove } from '../../figures/histogram.ts';
import type { AlertRules } from '../alert-rules.ts';

// Each of these returns null if too little is known to say anything.

interface Latency {
  /** Times to the first token lately, and in the week before. */
  recent: Histogram;
  baseline: Histogram;
  /** Whether it was slow before. */
  wasSlow: boolean;
  rules: Pick<AlertRules, 'latency_times'>;
}

const leastRecent = 10;
const leastBaseline = 100;
/** Of few requests, the slowest alone would be the 95th percentile. */
const leastSlow = 3;
/** Slow ends below this part of the multiple at which it begins. */
const untilShare = 0.75;
/** Nobody notices less, in seconds. */
const leastDifferenceS = 0.5;

/** Whether a model answers much more slowly than usual, by the 95th percentile. */
export function findLatency({ recent, baseline, wasSlow, rules: { latency_times } }: Latency) {
  if (latency_times === 0) return { is_bad: false, figures: {} };
  const count = countOf(recent);
  if (count < leastRecent || countOf(baseline) < leastBaseline) return null;
  const [p95_s, baseline_s] = [percentileOf(recent, 0.95), percentileOf(baseline, 0.95)];
  if (p95_s === null || baseline_s === null) return null;
  const from = Math.max(
    baseline_s * latency_times * (wasSlow ? untilShare : 1),
    baseline_s + leastDifferenceS,
  );
  const slow = Math.round(shareAbove(recent, from) * count);
  return {
    is_bad: p95_s > from && slow >= leastSlow,
    figures: { p95_s: rounded(p95_s), baseline_s: rounded(baseline_s) },
  };
}

/** How many values a histogram has. */
function countOf(histogram: Histogram): number {
  return Object.values(histogram).reduce((sum, count) => sum + count, 0);
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
