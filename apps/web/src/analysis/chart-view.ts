import { type ChartSketch, formatValue, type Series } from '../charts/chart-sketch.ts';
import type { Cell } from '../export/to-csv.ts';
import { formatExactTime, formatMoment, formatUtcDay } from '../format/time.ts';
import type { TextKey, Translator } from '../i18n/translate.ts';
import { errorSeries } from './error-series.ts';
import { type Analysis, availabilitySeries, type Figures } from './figures.ts';

/** A chart, and the table behind it. */
export interface ChartView extends ChartSketch {
  id: 'availability' | 'outcomes' | 'latency' | 'first_token' | 'errors' | 'channels';
  title: string;
  note: string;
}

/** What is drawn: a line of its own for each. */
export interface Subject {
  name: string;
  figures: Figures;
}

/** The charts of the page, for the subjects that are compared. */
export function chartViews(
  analysis: Analysis,
  subjects: readonly Subject[],
  translator: Translator,
): ChartView[] {
  const frame = frameOf(analysis, translator);
  const { t } = translator;
  const chart = (
    given: Pick<ChartView, 'id' | 'kind' | 'unit' | 'series'>,
    title: TextKey,
    note: TextKey,
  ): ChartView => ({ ...frame, ...given, title: t(title), note: t(note) });
  const errors = errorSeries(subjects, translator);
  return [
    chart(
      { id: 'availability', kind: 'line', unit: 'percent', series: availabilityOf(subjects) },
      'analysis.availability',
      'analysis.availability.note',
    ),
    chart(
      { id: 'outcomes', kind: 'bars', unit: 'count', series: outcomesOf(subjects, translator) },
      'analysis.outcomes',
      'analysis.outcomes.note',
    ),
    chart(
      { id: 'latency', kind: 'line', unit: 'seconds', series: percentiles(subjects, 'latency') },
      'analysis.latency',
      'analysis.latency.note',
    ),
    chart(
      {
        id: 'first_token',
        kind: 'line',
        unit: 'seconds',
        series: percentiles(subjects, 'first_token'),
      },
      'analysis.first_token',
      'analysis.latency.note',
    ),
    ...(errors.length === 0
      ? []
      : [
          chart(
            { id: 'errors', kind: 'bars', unit: 'count', series: errors },
            'analysis.errors.over_time',
            'analysis.errors.over_time.note',
          ),
        ]),
  ];
}

/** How long one model took on each of its channels. */
export function channelsChart(
  analysis: Analysis,
  subjects: readonly Subject[],
  translator: Translator,
): ChartView {
  const { t } = translator;
  return {
    ...frameOf(analysis, translator),
    id: 'channels',
    kind: 'line',
    unit: 'seconds',
    title: t('analysis.channels'),
    note: t('analysis.channels.note'),
    series: subjects.map(({ name, figures }, color) => ({
      name,
      color,
      isDashed: false,
      values: figures.series.latency_p50_s,
    })),
  };
}

function frameOf({ steps, step_s }: Analysis, translator: Translator) {
  const isDaily = step_s >= 86_400;
  return {
    labels: steps.map((start) =>
      isDaily ? formatUtcDay(start, translator) : formatMoment(start, translator),
    ),
    exact: steps.map((start) => formatExactTime(start, translator)),
  };
}

function availabilityOf(subjects: readonly Subject[]): Series[] {
  return subjects.map(({ name, figures }, color) => ({
    name,
    color,
    isDashed: false,
    values: availabilitySeries(figures),
  }));
}

/** In sum over all subjects: stacks of several would tell nothing. */
function outcomesOf(subjects: readonly Subject[], { t }: Translator): Series[] {
  const sums = (of: (figures: Figures, step: number) => number) =>
    (subjects[0]?.figures.series.probes ?? []).map((_, step) =>
      subjects.reduce((sum, { figures }) => sum + of(figures, step), 0),
    );
  const passed = sums(({ series }, step) => series.successes[step] ?? 0);
  const probes = sums(({ series }, step) => series.probes[step] ?? 0);
  const failed = probes.map((count, step) => count - (passed[step] ?? 0));
  return [
    { name: t('viewer.status.passed'), color: 'ok', isDashed: false, values: passed },
    { name: t('viewer.status.failed'), color: 'bad', isDashed: false, values: failed },
  ];
}

function percentiles(subjects: readonly Subject[], what: 'latency' | 'first_token'): Series[] {
  return subjects.flatMap(({ name, figures }, color) => [
    { name: `${name} p50`, color, isDashed: false, values: figures.series[`${what}_p50_s`] },
    { name: `${name} p95`, color, isDashed: true, values: figures.series[`${what}_p95_s`] },
  ]);
}

/** The table behind a chart as text. */
export interface ChartRow {
  label: string;
  exact: string;
  cells: string[];
}

export function chartRows({ labels, exact, series, unit }: ChartView): ChartRow[] {
  return labels.map((label, step) => ({
    label,
    exact: exact[step] ?? '',
    cells: series.map(({ values }) => formatValue(values[step] ?? null, unit)),
  }));
}

/** The same for a file: times as ISO 8601, values in full. */
export function chartCells(
  { series }: ChartView,
  steps: readonly number[],
): { header: string[]; rows: Cell[][] } {
  return {
    header: ['time', ...series.map(({ name }) => name)],
    rows: steps.map((start, step) => [
      new Date(start * 1000).toISOString(),
      ...series.map(({ values }) => values[step] ?? null),
    ]),
  };
}
