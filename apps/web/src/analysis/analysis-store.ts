import { download, fileNameOf } from '../export/download.ts';
import { toCsv } from '../export/to-csv.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { createListDrawer } from '../live/list-drawer.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { type AnalysisAddress, mostCompared, type Range, ranges } from './analysis-address.ts';
import { type ChartTable, createChartTable } from './chart-table.ts';
import {
  type ChartRow,
  type ChartView,
  chartCells,
  chartViews,
  type Subject,
} from './chart-view.ts';
import { type FigureLine, figureLine, toneOfFigures } from './figure-line.ts';
import type { Analysis, Figures, NamedFigures } from './figures.ts';
import { type HeatRow, heatRow } from './heat-map.ts';

interface ErrorLine {
  kind: string;
  name: string;
  count: string;
  share: number;
}

/** A channel over time, as the page shows it; what the api told stays in a closure. */
export interface AnalysisStore {
  readonly ranges: readonly Range[];
  range: Range;
  /** The models that are compared. */
  models: string[];
  name: string;
  isEmpty: boolean;
  sinceText: string;
  accuracyText: string;
  figures: { availability: string; p50: string; p95: string; firstToken: string; failures: string };
  tone: FigureLine['tone'];
  charts: ChartView[];
  heat: HeatRow[];
  heatWidth: number;
  errors: ErrorLine[];
  lines: FigureLine[];
  /** The tables that are unfolded, by the chart's id. */
  tables: Record<string, ChartRow[]>;
  isCompared(model: string): boolean;
  readonly isFull: boolean;
  compare(model: string): void;
  compareNone(): void;
  setRange(range: Range): void;
  showTable(id: string, isOpen: boolean): void;
  saveChart(id: string): void;
  saveFigures(): void;
  take(name: string, analysis: Analysis): void;
  draw(): void;
  analysis(): Analysis | null;
}

interface AnalysisOptions {
  address: AnalysisAddress;
  language: LanguageStore;
  onViewChange(isRange: boolean): void;
  nextFrame(callback: () => void): void;
}

const rowsPerFrame = 6;

const noFigures = { availability: '–', p50: '–', p95: '–', firstToken: '–', failures: '–' };

export function createAnalysisStore(options: AnalysisOptions): AnalysisStore {
  const { language, address, nextFrame } = options;
  let analysis: Analysis | null = null;
  const tables = new Map<string, ChartTable>();
  const drawerOf = <Line extends object>(
    lineOf: (item: NamedFigures, translator: Translator) => Line,
  ) => {
    const keyOf = ({ model }: NamedFigures) => model;
    return createListDrawer({ keyOf, lineOf, nextFrame, budget: rowsPerFrame });
  };
  const heatDrawer = drawerOf(heatRow);
  const lineDrawer = drawerOf(modelLine);

  const subjectsOf = ({ items, total }: Analysis, models: readonly string[]): Subject[] => {
    const chosen = items.filter((it) => models.includes(it.model));
    if (chosen.length > 0) return chosen.map((it) => ({ name: it.model, figures: it }));
    return [{ name: language.translator.t('analysis.whole'), figures: total }];
  };

  const tableOf = (id: string): ChartTable => {
    const table = tables.get(id) ?? createChartTable(options);
    tables.set(id, table);
    return table;
  };

  const drawCharts = (store: AnalysisStore) => {
    if (!analysis) return;
    const subjects = subjectsOf(analysis, store.models);
    store.charts = chartViews(analysis, subjects, language.translator);
    for (const chart of store.charts) {
      tableOf(chart.id).follow(chart, (rows) => {
        store.tables[chart.id] = rows;
      });
    }
  };

  const drawHeat = (store: AnalysisStore) => {
    const items = analysis?.items ?? [];
    store.heat = heatDrawer.draw(items, language.translator, () => drawHeat(store));
  };

  const drawLines = (store: AnalysisStore) => {
    const items = analysis?.items ?? [];
    store.lines = lineDrawer.draw(items, language.translator, () => drawLines(store));
  };

  return {
    ranges,
    range: address.range,
    models: address.models,
    name: '',
    isEmpty: false,
    sinceText: '',
    accuracyText: '',
    figures: noFigures,
    tone: 'idle',
    charts: [],
    heat: [],
    heatWidth: 1,
    errors: [],
    lines: [],
    tables: {},
    isCompared(model) {
      return this.models.includes(model);
    },
    get isFull() {
      return this.models.length >= mostCompared;
    },
    compare(model) {
      if (this.isCompared(model)) this.models = this.models.filter((it) => it !== model);
      else if (!this.isFull) this.models = [...this.models, model];
      options.onViewChange(false);
      drawCharts(this);
    },
    compareNone() {
      this.models = [];
      options.onViewChange(false);
      drawCharts(this);
    },
    setRange(range) {
      this.range = range;
      options.onViewChange(true);
    },
    showTable(id, isOpen) {
      const chart = this.charts.find((it) => it.id === id) ?? null;
      tableOf(id).unfold(isOpen, chart, (rows) => {
        this.tables[id] = rows;
      });
    },
    saveChart(id) {
      const chart = this.charts.find((it) => it.id === id);
      if (!chart || !analysis) return;
      const { header, rows } = chartCells(chart, analysis.steps);
      download(`${fileNameOf(this.name, id, this.range)}.csv`, 'text/csv', toCsv(header, rows));
    },
    saveFigures() {
      const text = figuresAsCsv(analysis?.items ?? []);
      download(`${fileNameOf(this.name, 'models', this.range)}.csv`, 'text/csv', text);
    },
    take(name, next) {
      this.name = name;
      analysis = next;
      this.draw();
    },
    draw() {
      if (!analysis) return;
      const { translator } = language;
      const { total, steps } = analysis;
      this.isEmpty = total.probes === 0;
      this.heatWidth = Math.max(1, steps.length);
      drawCharts(this);
      drawHeat(this);
      drawLines(this);
      this.errors = errorLines(total, language);
      this.figures = figuresOf(total, language);
      this.tone = toneOfFigures(total);
      this.sinceText = translator.t('analysis.since', {
        time: formatExactTime(analysis.from, translator),
      });
      this.accuracyText = translator.t('analysis.accuracy', {
        percent: formatPercent(100 * analysis.accuracy),
      });
    },
    analysis: () => analysis,
  };
}

function modelLine(item: NamedFigures, translator: Translator): FigureLine {
  const { model, target_id } = item;
  const search = new URLSearchParams({ target_id: String(target_id), run_id: 'all', model });
  return figureLine({ key: model, name: model, href: `/viewer.html?${search}` }, item, translator);
}

function figuresOf(total: Figures, { translator }: LanguageStore): AnalysisStore['figures'] {
  return {
    availability: formatPercent(total.availability),
    p50: formatLatency(total.latency_p50_s),
    p95: formatLatency(total.latency_p95_s),
    firstToken: formatLatency(total.first_token_p50_s),
    failures: translator.t('analysis.failures', {
      failures: translator.formats.number.format(total.probes - total.successes),
      probes: translator.formats.number.format(total.probes),
    }),
  };
}

function errorLines({ errors }: Figures, { translator }: LanguageStore): ErrorLine[] {
  const most = errors[0]?.count ?? 1;
  return errors.map(({ kind, count }) => ({
    kind,
    name: translator.t(`kind.${kind}`),
    count: translator.formats.number.format(count),
    share: count / most,
  }));
}

function figuresAsCsv(items: Analysis['items']): string {
  const names = [
    'model',
    'probes',
    'successes',
    'availability',
    'latency_p50_s',
    'latency_p95_s',
    'first_token_p50_s',
    'first_token_p95_s',
  ] as const;
  const rows = items.map((item) => [
    ...names.map((name) => item[name]),
    item.errors.map(({ kind, count }) => `${kind} ${count}`).join('; '),
  ]);
  return toCsv([...names, 'errors'], rows);
}
