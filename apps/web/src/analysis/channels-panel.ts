import { type ApiClient, answerOf } from '../api/client.ts';
import { download, fileNameOf } from '../export/download.ts';
import { toCsv } from '../export/to-csv.ts';
import { pagePath } from '../shell/base-path.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import { maxCompared, type Range } from './analysis-address.ts';
import type { createChartTables } from './chart-tables.ts';
import { type ChartView, channelsChart, chartCells } from './chart-view.ts';
import { type Analysis, figureLine } from './figures.ts';

interface ChannelsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  tables: ReturnType<typeof createChartTables>;
  range(): Range;
  /** The reader chose a model. */
  onChoose(model: string): void;
}

/** One model on all of its channels, side by side. */
export function createChannelsPanel(options: ChannelsOptions) {
  const { client, page, language, tables, range } = options;
  let analysis: Analysis | null = null;
  let turn = 0;

  return {
    model: '',
    lines: [] as ReturnType<typeof figureLine>[],
    chart: null as ChartView | null,
    choose(model: string): void {
      this.model = model;
      options.onChoose(model);
      void this.load();
    },
    async load(): Promise<void> {
      turn += 1;
      const mine = turn;
      const { model } = this;
      if (model === '') return;
      const query = { model, range: range() };
      const answer = await page.attempt(() => answerOf(client.api.models.analysis.$get({ query })));
      if (!answer || mine !== turn) return;
      analysis = answer;
      this.draw();
    },
    showTable(details: HTMLDetailsElement): void {
      if (this.chart) tables.toggle(this.chart, details);
    },
    save(): void {
      if (!analysis || !this.chart) return;
      const { header, rows } = chartCells(this.chart, analysis.steps);
      const name = fileNameOf(this.model, 'channels', range());
      download(`${name}.csv`, 'text/csv', toCsv(header, rows));
    },
    draw(): void {
      if (!analysis) return;
      const { translator } = language;
      this.lines = analysis.items.map((item) => {
        const { target_id, target_name: name, model } = item;
        const search = new URLSearchParams({ target_id: String(target_id), model });
        const href = pagePath(`/analysis.html?${search}`);
        return figureLine({ key: String(target_id), name, href }, item, translator);
      });
      const subjects = analysis.items
        .slice(0, maxCompared)
        .map((item) => ({ name: item.target_name, figures: item }));
      this.chart = channelsChart(analysis, subjects, translator);
      tables.follow([this.chart]);
    },
  };
}
