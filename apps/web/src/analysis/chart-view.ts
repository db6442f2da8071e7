import type { ErrorKind } from '@api-monitor/core';
import { type ChartSketch, formatValue, type Series } from '../charts/chart-sketch.ts';
import type { Cell } from '../export/to-csv.ts';
import { formatExactTime, formatMoment, formatUtcDay } from '../format/time.ts';
import type { TextKey, Translator } from '../i18n/translate.ts';
import type { Analysis, Figures } from './figures.ts';

/** The number of colours in the palette. */
const maxColours = 6;

/** A chart, and the table with its values. */
export interface ChartView extends ChartSketch {
  id: 'availability' | 'outcomes' | 'latency' | 'first_token' | 'errors' | 'channels';
  title: string;
  note: string;
}

/** What a chart shows; each subject gets its own line. */
export interface Subject {
  name: string;
  figures: Figures;
}

const texts = {
  availability: ['analysis.availability', 'analysis.availability.note'],
  outcomes: ['analysis.outcomes', 'analysis.outcomes.note'],
  latency: ['analysis.latency', 'analysis.latency.note'],
  first_token: ['analysis.first_token', 'analysis.latency.note'],
  errors: ['analysis.errors.over_time', 'analysis.errors.over_time.note'],
  channels: ['analysis.channels', 'analysis.channels.note'],
} as const satisfies Record<ChartView['id'], readonly [title: TextKey, note: TextKey]>;

type Content = Pick<ChartView, 'id' | 'kind' | 'unit' | 'series'>;

/** The charts of the page, for the subjects that are compared. */
export function chartViews(
  analysis: Analysis,
  subjects: readonly Subject[],
  translator: Translator,
): ChartView[] {
  const errors = errorSeries(subjects, translator);
  const charts: Content[] = [
    { id: 'availability', kind: 'line', unit: 'percent', series: availabilityOf(subjects) },
    { id: 'outcomes', kind: 'bars', unit: 'count', series: outcomesOf(subjects, translator) },
    { id: 'latency', kind: 'line', unit: 'seconds', series: percentiles(subjects, 'latency') },
    {
      id: 'first_token',
      kind: 'line',
      unit: 'seconds',
      series: percentiles(subjects, 'first_token'),
    },
    { id: 'errors', kind: 'bars', unit: 'count', series: errors },
  ];
  return charts
    .filter(({ series }) => series.length > 0)
    .map((chart) => framed(chart, analysis, translator));
}

/** How long one model took on each of its channels. */
export function channelsChart(
  analysis: Analysis,
  subjects: readonly Subject[],
  translator: Translator,
): ChartView {
  const series = subjects.map(({ name, figures }, color) =>
    lineOf(name, color, figures.series.latency_p50_s),
  );
  return framed({ id: 'channels', kind: 'line', unit: 'seconds', series }, analysis, translator);
}

function framed(chart: Content, analysis: Analysis, translator: Translator): ChartView {
  const [title, note] = texts[chart.id];
  const { t } = translator;
  return { ...frameOf(analysis, translator), ...chart, title: t(title), note: t(note) };
}

function lineOf(name: string, color: Series['color'], values: Series['values']): Series {
  return { name, color, isDashed: false, values };
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
  return subjects.map(({ name, figures }, color) =>
    lineOf(name, color, figures.series.availability),
  );
}

/** Added up over all subjects, because several stacks can't be compared; wrong answers only if there are any. */
function outcomesOf(subjects: readonly Subject[], { t }: Translator): Series[] {
  const sums = (of: (figures: Figures, step: number) => number) =>
    (subjects[0]?.figures.series.probes ?? []).map((_, step) =>
      subjects.reduce((sum, { figures }) => sum + of(figures, step), 0),
    );
  const passed = sums(({ series }, step) => series.successes[step] ?? 0);
  const wrong = sums(({ series }, step) => series.wrong_answers[step] ?? 0);
  const right = passed.map((count, step) => count - (wrong[step] ?? 0));
  const probes = sums(({ series }, step) => series.probes[step] ?? 0);
  const failed = probes.map((count, step) => count - (passed[step] ?? 0));
  return [
    lineOf(t('viewer.status.passed'), 'ok', right),
    ...(total(wrong) > 0 ? [lineOf(t('analysis.wrong'), 'warn', wrong)] : []),
    lineOf(t('viewer.status.failed'), 'bad', failed),
  ];
}

function percentiles(subjects: readonly Subject[], what: 'latency' | 'first_token'): Series[] {
  return subjects.flatMap(({ name, figures }, color) => [
    lineOf(`${name} p50`, color, figures.series[`${what}_p50_s`]),
    { ...lineOf(`${name} p95`, color, figures.series[`${what}_p95_s`]), isDashed: true },
  ]);
}

/** How often each kind of error occurred over all subjects, the most frequent kind first. */
function errorSeries(subjects: readonly Subject[], { t }: Translator): Series[] {
  const sums = new Map<ErrorKind, number[]>();
  for (const { kind, counts } of subjects.flatMap(({ figures }) => figures.series.errors)) {
    const sum = sums.get(kind) ?? counts.map(() => 0);
    sums.set(
      kind,
      sum.map((count, step) => count + (counts[step] ?? 0)),
    );
  }
  return [...sums]
    .sort(([, a], [, b]) => total(b) - total(a))
    .map(([kind, values], index) =>
      lineOf(t(`kind.${kind}`), index < maxColours ? index : 'muted', values),
    );
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** A row of the table with a chart's values. */
export interface ChartRow {
  label: string;
  exact: string;
  cells: string[];
}

export function chartRows({ labels, exact, series, unit }: ChartSketch): ChartRow[] {
  return labels.map((label, step) => ({
    label,
    exact: exact[step] ?? '',
    cells: series.map(({ values }) => formatValue(values[step] ?? null, unit)),
  }));
}

/** The same for a file: times as ISO 8601, values not rounded. */
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
