import { localDaysOf, recordedRoutes } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../api/client.ts';
import { download, fileNameOf } from '../export/download.ts';
import { columnsAsCsv } from '../export/to-csv.ts';
import { formatPercent } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import { isoDay } from '../format/time.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import {
  filterQueryOf,
  type Group,
  groups,
  outcomes,
  type RequestFilter,
  type RequestsAddress,
  type Span,
  spans,
} from './requests-address.ts';
import {
  costOf,
  spanStart,
  sumTotals,
  type Total,
  timeBars,
  totalLines,
  unpricedText,
} from './totals.ts';

interface TotalsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  address: RequestsAddress;
  /** The reader's time zone, in which days begin at midnight. */
  zone: string;
  nowS(): number;
  /** `isFilter`: the list of requests changes too. */
  onViewChange(isFilter: boolean): void;
}

const noFilter: RequestFilter = { key: '', channel: '', model: '', route: '', outcome: 'all' };
const csvColumns = [
  'group',
  'name',
  'requests',
  'failures',
  'input_tokens',
  'output_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
  'image_input_tokens',
  'image_output_tokens',
  'cost',
  'unpriced',
  'first_byte_s',
] as const;
const filterGroups = ['key', 'channel', 'model'] as const;

/** The totals of the gateway, and the filters of the page. */
export function createTotalsPanel(options: TotalsOptions) {
  const { client, page, language, zone, nowS } = options;
  const dayOf = localDaysOf(zone);
  let byGroup: Record<(typeof filterGroups)[number], Total[]> = { key: [], channel: [], model: [] };
  let byTime: Total[] = [];
  let rows: Total[] = [];
  let currency = '';
  let turn = 0;

  const ask = async (group_by: Group | 'hour', span: Span, filter: RequestFilter) => {
    const from = String(spanStart(span, nowS(), dayOf));
    const query = { group_by, zone, from, ...filterQueryOf(filter) };
    const answer = await answerOf(client.api.proxy.requests.totals.$get({ query }));
    currency = answer.currency;
    return answer.items;
  };

  const askAll = async ({ span, group, filter }: RequestsAddress) => {
    const [times, table, ...choices] = await Promise.all([
      ask(span === '24h' ? 'hour' : 'day', span, filter),
      ask(group, span, filter),
      ...filterGroups.map((name) => ask(name, span, noFilter)),
    ]);
    return { times, table, choices };
  };

  return {
    spans,
    groups,
    outcomes,
    routes: recordedRoutes,
    ...options.address,
    get isFiltering(): boolean {
      return Object.entries(this.filter).some(([name, value]) => value !== noFilter[name as 'key']);
    },
    /** The choices of each filter within the range. */
    choices: { key: [], channel: [], model: [] } as Record<
      (typeof filterGroups)[number],
      { value: string; name: string }[]
    >,
    figures: { requests: '–', failures: '–', input: '–', output: '–', cost: '–', unpriced: '' },
    mood: 'idle' as 'ok' | 'warn' | 'bad' | 'idle',
    bars: [] as ReturnType<typeof timeBars>,
    lines: [] as ReturnType<typeof totalLines>,
    setSpan(span: Span): void {
      this.span = span;
      options.onViewChange(false);
    },
    setGroup(group: Group): void {
      this.group = group;
      options.onViewChange(false);
    },
    setFilter(name: keyof RequestFilter, value: string): void {
      this.filter = { ...this.filter, [name]: value };
      options.onViewChange(true);
    },
    /** Filters by the key, channel or model of a row. */
    narrowTo(value: string | null): void {
      const name = filterGroups.find((it) => it === this.group);
      if (name && value !== null) this.setFilter(name, value);
    },
    clearFilter(): void {
      this.filter = noFilter;
      options.onViewChange(true);
    },
    async load(): Promise<boolean> {
      turn += 1;
      const mine = turn;
      const answer = await page.attempt(() => askAll(this));
      if (!answer) return page.mayWatch;
      if (mine !== turn) return true;
      const [key = [], channel = [], model = []] = answer.choices;
      byGroup = { key, channel, model };
      byTime = answer.times;
      rows = answer.table;
      this.draw();
      page.phase = 'ready';
      return true;
    },
    draw(): void {
      const { translator } = language;
      const { number } = translator.formats;
      const sum = sumTotals(byTime);
      const rate = (100 * sum.failures) / Math.max(1, sum.requests);
      this.figures = {
        requests: number.format(sum.requests),
        failures: sum.requests === 0 ? '—' : formatPercent(rate),
        input: number.format(sum.inputTokens),
        output: number.format(sum.outputTokens),
        cost: currency && formatMoney(costOf(sum), currency, translator.language),
        unpriced: costOf(sum) === null ? '' : unpricedText(sum.unpriced, translator),
      };
      this.mood = sum.requests === 0 ? 'idle' : rate === 0 ? 'ok' : rate < 5 ? 'warn' : 'bad';
      this.bars = timeBars(byTime, { span: this.span, nowS: nowS(), dayOf }, translator);
      this.lines = totalLines(rows, { group: this.group, currency }, translator);
      for (const name of filterGroups) {
        const lines = totalLines(byGroup[name], { group: name, currency }, translator);
        this.choices[name] = lines.flatMap((line) =>
          line.filter === null ? [] : [{ value: line.filter, name: line.name }],
        );
      }
    },
    saveCsv(): void {
      const { group, span } = this;
      const dated = rows.map((row) => ({
        ...row,
        group: group === 'day' ? isoDay(Number(row.group)) : row.group,
      }));
      download(
        `${fileNameOf('requests', group, span)}.csv`,
        'text/csv',
        columnsAsCsv(csvColumns, dated),
      );
    },
  };
}
