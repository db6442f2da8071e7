import { formatLatency, formatPercent } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';
import { type Analysis, availabilitySeries, type NamedFigures } from './figures.ts';

/** `void`: nothing was checked. */
type HeatLevel = 'full' | 'high' | 'fair' | 'low' | 'none' | 'void';

/** A model's row: SVG path data by level, in a space a unit a step wide and 1 high. */
export interface HeatRow {
  model: string;
  paths: Record<HeatLevel, string>;
  rate: string;
  label: string;
}

/** How much of a step passed, as one of few colours. */
export function heatLevelOf(percent: number | null): HeatLevel {
  if (percent === null) return 'void';
  if (percent >= 100) return 'full';
  if (percent >= 95) return 'high';
  if (percent >= 75) return 'fair';
  return percent > 0 ? 'low' : 'none';
}

export function heatRow(item: NamedFigures, { t }: Translator): HeatRow {
  const paths: Record<HeatLevel, string> = {
    full: '',
    high: '',
    fair: '',
    low: '',
    none: '',
    void: '',
  };
  availabilitySeries(item).forEach((percent, step) => {
    paths[heatLevelOf(percent)] += `M${step + 0.04} 0H${step + 0.96}V1H${step + 0.04}Z`;
  });
  const rate = formatPercent(item.availability);
  const label = t('analysis.heat.row', { model: item.model, rate, probes: item.probes });
  return { model: item.model, paths, rate, label };
}

/** What a cell says when it is pointed at. */
export function heatCell(item: NamedFigures, step: number, { t }: Translator) {
  const probes = item.series.probes[step] ?? 0;
  const passed = item.series.successes[step] ?? 0;
  const percent = probes === 0 ? null : (100 * passed) / probes;
  return {
    tone: probes === 0 ? 'idle' : passed === probes ? 'ok' : passed === 0 ? 'bad' : 'warn',
    verdict: `${item.model} · ${formatPercent(percent)}`,
    facts: [
      {
        label: t('analysis.heat.passed'),
        value: t('card.passed', { success: passed, total: probes }),
      },
      { label: 'p50', value: formatLatency(item.series.latency_p50_s[step] ?? null) },
    ],
  };
}

/** The step under a position across a row (0 to 1). */
export function stepAt(position: number, { steps }: Pick<Analysis, 'steps'>): number {
  return Math.min(steps.length - 1, Math.max(0, Math.floor(position * steps.length)));
}
