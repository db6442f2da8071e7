import { type GatewayRoute, gatewayRoutes } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../api/client.ts';
import { download, fileNameOf } from '../export/download.ts';
import { toCsv } from '../export/to-csv.ts';
import { formatPercent } from '../format/duration.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import {
  filterQueryOf,
  type Group,
  groups,
  type Outcome,
  outcomes,
  type RequestFilter,
  type RequestsAddress,
  type Span,
  spans,
} from './requests-address.ts';
import {
  spanStart,
  sumTotals,
  type TimeBar,
  type Total,
  type TotalLine,
  timeBars,
  totalLines,
} from './totals.ts';

interface Choice {
  value: string;
  name: string;
}

/** What the gateway served in sum, and the view's filters. */
export interface TotalsStore {
  readonly spans: readonly Span[];
  readonly groups: readonly Group[];
  readonly outcomes: readonly Outcome[];
  readonly routes: readonly GatewayRoute[];
  span: Span;
  group: Group;
  filter: RequestFilter;
  readonly isFiltering: boolean;
  /** What there is to filter by within the range. */
  choices: { key: Choice[]; channel: Choice[]; model: Choice[] };
  figures: { requests: string; failures: string; input: string; output: string };
  mood: 'ok' | 'warn' | 'bad' | 'idle';
  bars: TimeBar[];
  lines: TotalLine[];
  setSpan(span: Span): void;
  setGroup(group: Group): void;
  setFilter(name: keyof RequestFilter, value: string): void;
  /** Filters by what a line sums up. */
  narrowTo(value: string | null): void;
  clearFilter(): void;
  load(): Promise<boolean>;
  draw(): void;
  saveCsv(): void;
}

interface TotalsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  address: RequestsAddress;
  nowS(): number;
  /** `isFilter`: the list of requests is another one now. */
  onViewChange(isFilter: boolean): void;
}

const noFilter: RequestFilter = { key: '', channel: '', model: '', route: '', outcome: 'all' };
const filterGroups = ['key', 'channel', 'model'] as const;

export function createTotalsStore(options: TotalsOptions): TotalsStore {
  const { client, page, language, nowS } = options;
  let byGroup: Record<(typeof filterGroups)[number], Total[]> = { key: [], channel: [], model: [] };
  let byTime: Total[] = [];
  let rows: Total[] = [];
  let turn = 0;

  const ask = async (group_by: Group | 'hour', span: Span, filter: RequestFilter) => {
    const query = { group_by, from: String(spanStart(span, nowS())), ...filterQueryOf(filter) };
    const answer = await answerOf(client.api.proxy.requests.totals.$get({ query }));
    return answer.items;
  };

  const askAll = async ({ span, group, filter }: TotalsStore) => {
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
    routes: gatewayRoutes,
    ...options.address,
    get isFiltering() {
      return Object.entries(this.filter).some(([name, value]) => value !== noFilter[name as 'key']);
    },
    choices: { key: [], channel: [], model: [] },
    figures: { requests: '–', failures: '–', input: '–', output: '–' },
    mood: 'idle',
    bars: [],
    lines: [],
    setSpan(span) {
      this.span = span;
      options.onViewChange(false);
    },
    setGroup(group) {
      this.group = group;
      options.onViewChange(false);
    },
    setFilter(name, value) {
      this.filter = { ...this.filter, [name]: value };
      options.onViewChange(true);
    },
    narrowTo(value) {
      if (this.group !== 'day' && value !== null) this.setFilter(this.group, value);
    },
    clearFilter() {
      this.filter = noFilter;
      options.onViewChange(true);
    },
    async load() {
      turn += 1;
      const mine = turn;
      const answer = await page.attempt(() => askAll(this));
      if (!answer) return page.phase === 'ready' || page.phase === 'failed';
      if (mine !== turn) return true;
      const [key = [], channel = [], model = []] = answer.choices;
      byGroup = { key, channel, model };
      byTime = answer.times;
      rows = answer.table;
      this.draw();
      page.phase = 'ready';
      return true;
    },
    draw() {
      const { translator } = language;
      const { number } = translator.formats;
      const sum = sumTotals(byTime);
      const rate = (100 * sum.failures) / Math.max(1, sum.requests);
      this.figures = {
        requests: number.format(sum.requests),
        failures: sum.requests === 0 ? '—' : formatPercent(rate),
        input: number.format(sum.inputTokens),
        output: number.format(sum.outputTokens),
      };
      this.mood = sum.requests === 0 ? 'idle' : rate === 0 ? 'ok' : rate < 5 ? 'warn' : 'bad';
      this.bars = timeBars(byTime, this.span, nowS(), translator);
      this.lines = totalLines(rows, this.group, translator);
      for (const name of filterGroups) {
        this.choices[name] = totalLines(byGroup[name], name, translator).flatMap((line) =>
          line.filter === null ? [] : [{ value: line.filter, name: line.name }],
        );
      }
    },
    saveCsv() {
      const header = [
        'group',
        'name',
        'requests',
        'failures',
        'input_tokens',
        'output_tokens',
        'first_byte_s',
      ];
      const cells = rows.map((it) => [
        this.group === 'day' ? new Date(Number(it.group) * 1000).toISOString() : it.group,
        it.name,
        it.requests,
        it.failures,
        it.input_tokens,
        it.output_tokens,
        it.first_byte_s,
      ]);
      download(
        `${fileNameOf('requests', this.group, this.span)}.csv`,
        'text/csv',
        toCsv(header, cells),
      );
    },
  };
}
