import { localDaysOf } from '@api-monitor/core';
import { chartRows } from '../analysis/chart-view.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { type ChartSketch, colorName, type Series } from '../charts/chart-sketch.ts';
import { download, fileNameOf } from '../export/download.ts';
import { toCsv } from '../export/to-csv.ts';
import { isoDay } from '../format/time.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import {
  type Group,
  groups,
  type Span,
  type SpendAddress,
  spans,
  timesOf,
} from './spend-address.ts';
import {
  introText,
  type Spend,
  spendCells,
  spendChart,
  spendFigures,
  spendLines,
} from './spend-lines.ts';

interface SpendOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  address: SpendAddress;
  /** The reader's time zone, in which days begin at midnight. */
  zone: string;
  nowS(): number;
  onViewChange(): void;
}

/** More names would hide what they are about. */
const mostUnpriced = 12;

/** What the gateway's requests and the checks cost. */
export function createSpendPanel(options: SpendOptions) {
  const { client, page, language, zone, nowS } = options;
  const days = { dayOf: localDaysOf(zone), dateOf: isoDay };
  let spend: Spend | null = null;
  let turn = 0;

  return {
    spans,
    groups,
    ...options.address,
    isEmpty: false,
    areProbesGrouped: false,
    zoneText: '',
    overlapText: '',
    unpricedText: '',
    figures: { cost: '–', requests: '–', mean: '–', unpriced: '', probes: '–', probeRequests: '' },
    /** One, or none before the first answer; another kind of chart gets another canvas. */
    charts: [] as ChartSketch[],
    chartRows: [] as ReturnType<typeof chartRows>,
    lines: [] as ReturnType<typeof spendLines>,
    unpriced: [] as { model: string; requests: string }[],
    swatchOf: (color: Series['color']) => `var(${colorName(color)})`,
    setSpan(span: Span): void {
      const today = isoDay(nowS());
      const from = isoDay(timesOf(this.range, days, nowS()).from);
      this.range = span === 'custom' ? { span, from, to: today } : { span, from: '', to: '' };
      options.onViewChange();
    },
    /** A day that isn't complete or in order is taken back. */
    setDay(name: 'from' | 'to', day: string): void {
      const range = { ...this.range, [name]: day };
      const isInOrder = day !== '' && range.from <= range.to && range.from <= isoDay(nowS());
      this.range = isInOrder ? range : { ...this.range };
      if (isInOrder) options.onViewChange();
    },
    setGroup(group: Group): void {
      this.group = group;
      options.onViewChange();
    },
    async load(): Promise<boolean> {
      turn += 1;
      const mine = turn;
      const { from, to } = timesOf(this.range, days, nowS());
      const query = { from: String(from), to: String(to), zone, group_by: this.group };
      const answer = await page.attempt(() => answerOf(client.api.proxy.spend.$get({ query })));
      if (!answer) return page.phase === 'ready' || page.phase === 'failed';
      if (mine !== turn) return true;
      spend = answer;
      this.draw();
      page.phase = 'ready';
      return true;
    },
    draw(): void {
      const { translator } = language;
      this.zoneText = introText(spend, zone, translator);
      if (!spend) return;
      const { group_by, total, probes, is_overlapping, unpriced } = spend;
      this.isEmpty = total.requests === 0 && probes.requests === 0;
      this.areProbesGrouped = group_by === 'model' || group_by === 'channel';
      this.overlapText = is_overlapping ? translator.t('spend.overlap') : '';
      this.figures = spendFigures(spend, translator);
      const chart = spendChart(spend, group_by, translator);
      this.charts = [chart];
      this.chartRows = chartRows(chart);
      this.lines = spendLines(spend, group_by, translator);
      const { number } = translator.formats;
      this.unpriced = unpriced
        .slice(0, mostUnpriced)
        .map(({ model, requests }) => ({ model, requests: number.format(requests) }));
      this.unpricedText = translator.count('spend.unpriced', unpriced.length);
    },
    saveCsv(): void {
      if (!spend) return;
      const { header, rows } = spendCells(spend, isoDay);
      const [first, last] = [spend.days[0] ?? 0, spend.days.at(-1) ?? 0];
      const name = fileNameOf('spend', spend.group_by, isoDay(first), isoDay(last));
      download(`${name}.csv`, 'text/csv', toCsv(header, rows));
    },
  };
}
