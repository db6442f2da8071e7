import { historyLength, isSkipped } from '@api-monitor/core';
import type { HistoryPoint, LatestModel } from './channel.ts';
import { modelState } from './channel-state.ts';

/** The strip's drawing space: 8 units for each bar, and a height with room for round caps. */
const stripSize = { width: historyLength * 8, height: 28, inset: 3 } as const;

/**
 * A model's history as vertical strokes, the newest at the right. The height of a passed check is its
 * duration in proportion to the second slowest (so that one outlier flattens nothing), a failed one has full
 * height, and a place without a check has a dot.
 */
export function historyPaths(history: readonly HistoryPoint[]) {
  const paths = { ok: '', bad: '', idle: '' };
  const points = history.slice(-historyLength);
  const slow = slowOf(points);
  const offset = historyLength - points.length;
  for (let slot = 0; slot < historyLength; slot += 1) {
    const point = points[slot - offset];
    const tone = point ? toneOfPoint(point) : 'idle';
    paths[tone] += stroke(slot, point ? shareOf(point, slow) : 0);
  }
  return paths;
}

function toneOfPoint(point: HistoryPoint): 'ok' | 'bad' | 'idle' {
  if (point.success) return 'ok';
  return isSkipped(point) ? 'idle' : 'bad';
}

/** The second longest duration of passed checks, or the only one, in seconds; never 0. */
function slowOf(points: readonly HistoryPoint[]): number {
  const durations = points.filter((it) => it.success).map((it) => it.duration);
  const [longest = 0, second = longest] = durations.sort((a, b) => b - a);
  return Math.max(second, 0.001);
}

function shareOf(point: HistoryPoint, slow: number): number {
  if (!point.success) return isSkipped(point) ? 0.15 : 1;
  return 0.2 + 0.8 * Math.min(1, point.duration / slow);
}

function stroke(slot: number, share: number): string {
  const { height, inset } = stripSize;
  const bottom = height - inset;
  const top = bottom - share * (height - 2 * inset);
  return `M${slot * 8 + 4} ${bottom}V${Number(top.toFixed(1))}`;
}

const maxSegments = 60;

/**
 * A channel's models as segments of one bar, in their order, in a space `width` units wide and 1 high.
 * More than 60 models become three proportional blocks. `gaps` are the lines between the segments.
 */
export function segmentBar(models: readonly LatestModel[]) {
  const width = Math.max(1, models.length);
  const bar = { ok: '', bad: '', idle: '', gaps: '', width };
  const tones = models.map((it) => (modelState(it) === 'skipped' ? 'idle' : modelState(it)));
  if (models.length > maxSegments) tones.sort().reverse();
  let from = 0;
  tones.forEach((tone, index) => {
    // Neighbours of one colour become one block, because single segments would be too thin to see.
    if (models.length > maxSegments && tones[index + 1] === tone) return;
    bar[tone === 'skipped' ? 'idle' : tone] += `M${from} 0H${index + 1}V1H${from}Z`;
    from = index + 1;
    if (from < models.length) bar.gaps += `M${from} 0V1`;
  });
  return bar;
}
