import { colorName, type Series } from '../charts/chart-sketch.ts';
import { download, fileNameOf } from '../export/download.ts';
import { columnsAsCsv, toCsv } from '../export/to-csv.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';
import { toneOfUptime } from '../format/public-tone.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { pagePath } from '../shell/base-path.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { type AnalysisAddress, maxCompared, type Range, ranges } from './analysis-address.ts';
import type { createChartTables } from './chart-tables.ts';
import { type ChartView, chartCells, chartViews, type Subject } from './chart-view.ts';
import type { Analysis, Figures } from './figures.ts';

interface AnalysisOptions {
  targetId: number;
  address: AnalysisAddress;
  language: LanguageStore;
  tables: ReturnType<typeof createChartTables>;
  onRangeChange(): void;
  onCompare(): void;
  /** Draws the heat map and the table of models. */
  drawLists(): void;
}

export type AnalysisPanel = ReturnType<typeof createAnalysisPanel>;

/** A channel over time, as the page shows it. */
export function createAnalysisPanel(options: AnalysisOptions) {
  const { address, language, tables } = options;
  let analysis: Analysis | null = null;
  const numbersOf = (total: Figures | null) => numbersIn(total, language.translator);

  return {
    ranges,
    viewerHref: pagePath(`/viewer.html?target_id=${options.targetId}`),
    range: address.range,
    /** The models that are compared. */
    models: address.models,
    name: '',
    isEmpty: false,
    sinceText: '',
    accuracyText: '',
    figures: numbersOf(null),
    tone: toneOfUptime(null),
    charts: [] as ChartView[],
    errors: [] as ReturnType<typeof errorLines>,
    /** The models whose channels can be compared. */
    modelNames: [] as string[],
    swatchOf: (color: Series['color']) => `var(${colorName(color)})`,
    isCompared(model: string): boolean {
      return this.models.includes(model);
    },
    get isFull(): boolean {
      return this.models.length >= maxCompared;
    },
    compare(model: string): void {
      if (this.isCompared(model)) this.models = this.models.filter((it) => it !== model);
      else if (!this.isFull) this.models = [...this.models, model];
      options.onCompare();
      this.drawCharts();
    },
    compareNone(): void {
      this.models = [];
      options.onCompare();
      this.drawCharts();
    },
    setRange(range: Range): void {
      this.range = range;
      options.onRangeChange();
    },
    showTable(chart: ChartView, details: HTMLDetailsElement): void {
      tables.toggle(chart, details);
    },
    saveChart(chart: ChartView): void {
      const { header, rows } = chartCells(chart, analysis?.steps ?? []);
      const name = fileNameOf(this.name, chart.id, this.range);
      download(`${name}.csv`, 'text/csv', toCsv(header, rows));
    },
    saveFigures(): void {
      const name = fileNameOf(this.name, 'models', this.range);
      download(`${name}.csv`, 'text/csv', figuresAsCsv(analysis?.items ?? []));
    },
    take(name: string, next: Analysis): void {
      this.name = name;
      analysis = next;
      this.draw();
    },
    draw(): void {
      if (!analysis) return;
      const { translator } = language;
      const { total, items, from, accuracy } = analysis;
      this.isEmpty = total.probes === 0;
      this.modelNames = items.map(({ model }) => model);
      this.errors = errorLines(total, translator);
      this.figures = numbersOf(total);
      this.tone = toneOfUptime(total.availability);
      this.sinceText = translator.t('analysis.since', { time: formatExactTime(from, translator) });
      const percent = formatPercent(100 * accuracy);
      this.accuracyText = translator.t('analysis.accuracy', { percent });
      this.drawCharts();
    },
    drawCharts(): void {
      if (!analysis) return;
      const subjects = subjectsOf(analysis, this.models, language.translator);
      this.charts = chartViews(analysis, subjects, language.translator);
      tables.follow(this.charts);
      options.drawLists();
    },
    analysis: () => analysis,
  };
}

/** The compared models, or the channel as a whole if there are none. */
function subjectsOf(
  { items, total }: Analysis,
  models: readonly string[],
  { t }: Translator,
): Subject[] {
  const chosen = items.filter((it) => models.includes(it.model));
  if (chosen.length > 0) return chosen.map((it) => ({ name: it.model, figures: it }));
  return [{ name: t('analysis.whole'), figures: total }];
}

function numbersIn(total: Figures | null, { t, formats }: Translator) {
  if (!total) return { availability: '–', p50: '–', p95: '–', firstToken: '–', failures: '–' };
  return {
    availability: formatPercent(total.availability),
    p50: formatLatency(total.latency_p50_s),
    p95: formatLatency(total.latency_p95_s),
    firstToken: formatLatency(total.first_token_p50_s),
    failures: [
      t('analysis.failures', {
        failures: formats.number.format(total.probes - total.successes),
        probes: formats.number.format(total.probes),
      }),
      ...(total.wrong_answers > 0
        ? [`${t('analysis.wrong')}: ${formats.number.format(total.wrong_answers)}`]
        : []),
    ].join(' · '),
  };
}

function errorLines({ errors }: Figures, { t, formats }: Translator) {
  const most = errors[0]?.count ?? 1;
  return errors.map(({ kind, count }) => ({
    kind,
    name: t(`kind.${kind}`),
    count: formats.number.format(count),
    share: count / most,
  }));
}

function figuresAsCsv(items: Analysis['items']): string {
  const names = [
    'model',
    'probes',
    'successes',
    'wrong_answers',
    'availability',
    'latency_p50_s',
    'latency_p95_s',
    'first_token_p50_s',
    'first_token_p95_s',
    'errors',
  ] as const;
  const named = items.map((item) => ({
    ...item,
    errors: item.errors.map(({ kind, count }) => `${kind} ${count}`).join('; '),
  }));
  return columnsAsCsv(names, named);
}
