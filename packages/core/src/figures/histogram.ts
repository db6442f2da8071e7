/** The largest relative error of a percentile. */
export const histogramAccuracy = 0.02;

/**
 * How many values fell into each bucket, by the bucket's number. Buckets grow by a fixed factor, so
 * that every percentile is within `histogramAccuracy` of the true one whatever the values are, and
 * histograms of different times add up exactly (DDSketch, https://arxiv.org/abs/1908.10693).
 */
export type Histogram = Record<number, number>;

const growth = (1 + histogramAccuracy) / (1 - histogramAccuracy);
const logGrowth = Math.log(growth);
/** Shorter values count as this one: no channel answers faster. */
const leastMs = 1;

/** Counts one more value, in seconds. */
export function countValue(histogram: Histogram, seconds: number): void {
  const bucket = Math.ceil(Math.log(Math.max(leastMs, seconds * 1000)) / logGrowth);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

/** Adds the counts of `other` to `histogram`. */
export function addHistogram(histogram: Histogram, other: Histogram): void {
  for (const [bucket, count] of Object.entries(other)) {
    histogram[Number(bucket)] = (histogram[Number(bucket)] ?? 0) + count;
  }
}

/** The counts of a histogram without those of another, which is a part of it. */
export function withoutPart(whole: Histogram, part: Histogram): Histogram {
  const left = Object.entries(whole).map(([bucket, count]) => {
    return [bucket, Math.max(0, count - (part[Number(bucket)] ?? 0))] as const;
  });
  return Object.fromEntries(left.filter(([, count]) => count > 0));
}

/** How many of the values are above this one (seconds), as a share; 0 if nothing was counted. */
export function shareAbove(histogram: Histogram, seconds: number): number {
  let [above, all] = [0, 0];
  for (const [bucket, count] of Object.entries(histogram)) {
    all += count;
    if (middleOf(Number(bucket)) > seconds) above += count;
  }
  return all === 0 ? 0 : above / all;
}

/** The value whose relative distance to both bounds of the bucket is the same, in seconds. */
function middleOf(bucket: number): number {
  return (2 * growth ** bucket) / (growth + 1) / 1000;
}

/**
 * The value, in seconds, that `share` (0 to 1) of the values don't exceed, by nearest rank; null if nothing
 * was counted.
 */
export function percentileOf(histogram: Histogram, share: number): number | null {
  const counts = Object.entries(histogram).map(
    ([bucket, count]) => [Number(bucket), count] as const,
  );
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  for (const [bucket, count] of counts.sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return middleOf(bucket);
  }
  return null;
}
