import { type ApiClient, answerOf } from '../api/client.ts';
import { download, fileNameOf } from '../export/download.ts';
import { toCsv } from '../export/to-csv.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import { mostCompared, type Range } from './analysis-address.ts';
import { createChartTable } from './chart-table.ts';
import { type ChartRow, type ChartView, channelsChart, chartCells } from './chart-view.ts';
import { type FigureLine, figureLine } from './figure-line.ts';
import type { Analysis } from './figures.ts';

/** One model on all of its channels, side by side. */
export interface ChannelsStore {
  model: string;
  lines: FigureLine[];
  chart: ChartView | null;
  rows: ChartRow[];
  choose(model: string): void;
  load(): Promise<void>;
  showTable(isOpen: boolean): void;
  save(): void;
  draw(): void;
}

interface ChannelsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  range(): Range;
  /** A model was chosen by hand. */
  onChoose(model: string): void;
  nextFrame(callback: () => void): void;
}

export function createChannelsStore(options: ChannelsOptions): ChannelsStore {
  const { client, page, language } = options;
  let analysis: Analysis | null = null;
  let turn = 0;
  const table = createChartTable(options);

  return {
    model: '',
    lines: [],
    chart: null,
    rows: [],
    choose(model) {
      this.model = model;
      options.onChoose(model);
      void this.load();
    },
    async load() {
      turn += 1;
      const mine = turn;
      const { model } = this;
      if (model === '') return;
      const query = { model, range: options.range() };
      const answer = await page.attempt(() => answerOf(client.api.models.analysis.$get({ query })));
      if (!answer || mine !== turn) return;
      analysis = answer;
      this.draw();
    },
    showTable(isOpen) {
      table.unfold(isOpen, this.chart, (rows) => {
        this.rows = rows;
      });
    },
    save() {
      if (!analysis || !this.chart) return;
      const { header, rows } = chartCells(this.chart, analysis.steps);
      const name = `${fileNameOf(this.model, 'channels', options.range())}.csv`;
      download(name, 'text/csv', toCsv(header, rows));
    },
    draw() {
      if (!analysis) return;
      const { translator } = language;
      this.lines = analysis.items.map((item) => {
        const href = `/analysis.html?${new URLSearchParams({ target_id: String(item.target_id), model: item.model })}`;
        const key = String(item.target_id);
        return figureLine({ key, name: item.target_name, href }, item, translator);
      });
      const subjects = analysis.items
        .slice(0, mostCompared)
        .map((item) => ({ name: item.target_name, figures: item }));
      this.chart = channelsChart(analysis, subjects, translator);
      table.follow(this.chart, (rows) => {
        this.rows = rows;
      });
    },
  };
}
