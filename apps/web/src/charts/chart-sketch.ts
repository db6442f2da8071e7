import { formatBytes, formatCores } from '../format/amount.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import type { Language } from '../i18n/translate.ts';

/** A line or a stack of bars in a chart. */
export interface Series {
  name: string;
  /** A number is one of the palette's colours; verdicts have their own. */
  color: number | 'ok' | 'warn' | 'bad' | 'run' | 'muted';
  isDashed: boolean;
  values: (number | null)[];
}

/** Amounts of money, in the reader's words. */
export interface Money {
  currency: string;
  language: Language;
}

/** The content of a chart: a value of each series for each label. */
export interface ChartSketch {
  kind: 'line' | 'bars';
  unit: 'percent' | 'seconds' | 'count' | 'amount' | 'cores' | 'bytes' | Money;
  labels: string[];
  /** The labels in full, for tooltips. */
  exact: string[];
  series: Series[];
}

/** The custom property that holds a series' colour. */
export function colorName(color: Series['color']): string {
  return typeof color === 'number' ? `--series-${(color % 6) + 1}` : `--${color}`;
}

export function formatValue(value: number | null, unit: ChartSketch['unit']): string {
  if (value === null) return '—';
  if (typeof unit === 'object') return formatMoney(value, unit.currency, unit.language);
  switch (unit) {
    case 'percent':
      return formatPercent(value);
    case 'seconds':
      return formatLatency(value);
    case 'count':
      return String(value);
    case 'amount':
      return String(Math.round(value * 100) / 100);
    case 'cores':
      return formatCores(value);
    case 'bytes':
      return formatBytes(value);
  }
}
