import { formatBytes, formatCores } from '../format/amount.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';

/** A line or a stack of bars in a chart. */
export interface Series {
  name: string;
  /** Which of the palette's colours; the verdicts have their own. */
  color: number | 'ok' | 'bad' | 'run' | 'muted';
  isDashed: boolean;
  values: (number | null)[];
}

/** What is drawn of a chart: a value of each series for each label. */
export interface ChartSketch {
  kind: 'line' | 'bars';
  unit: 'percent' | 'seconds' | 'count' | 'cores' | 'bytes';
  labels: string[];
  /** What the labels stand for, in full. */
  exact: string[];
  series: Series[];
}

export function formatValue(value: number | null, unit: ChartSketch['unit']): string {
  if (value === null) return '—';
  switch (unit) {
    case 'percent':
      return formatPercent(value);
    case 'seconds':
      return formatLatency(value);
    case 'count':
      return String(value);
    case 'cores':
      return formatCores(value);
    case 'bytes':
      return formatBytes(value);
  }
}
