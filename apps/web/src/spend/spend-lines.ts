import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import type { ChartSketch, Series } from '../charts/chart-sketch.ts';
import type { Cell } from '../export/to-csv.ts';
import { formatPercent } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import { formatDay, formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { writeRequestsAddress } from '../requests/requests-address.ts';
import { costOf, groupName, partText, unpricedText } from '../requests/totals.ts';
import { pagePath } from '../shell/base-path.ts';
import type { Group } from './spend-address.ts';

/** The answer of `GET /api/proxy/spend`. */
export type Spend = InferResponseType<ApiClient['api']['proxy']['spend']['$get'], 200>;
type Item = Spend['items'][number];

const dayS = 86_400;

/** Which days are meant: those of checks are others, once only their sums by day are kept. */
export function introText(spend: Spend | null, zone: string, { t }: Translator): string {
  const intro = t('spend.intro', { zone });
  const areChecksByDay = spend !== null && spend.probes.period_s >= dayS && zone !== 'UTC';
  return areChecksByDay ? `${intro} ${t('spend.intro.checks')}` : intro;
}

/** The figures above the chart. */
export function spendFigures({ total, probes, currency }: Spend, translator: Translator) {
  const { formats, count, language } = translator;
  return {
    cost: formatMoney(total.cost, currency, language),
    requests: formats.number.format(total.requests),
    mean: formatMoney(meanOf(total), currency, language),
    unpriced: unpricedText(total.unpriced, translator),
    probes: formatMoney(probes.cost, currency, language),
    probeRequests: count(
      'spend.probe_requests',
      probes.requests,
      numbered(probes.requests, translator),
    ),
  };
}

function numbered(count: number, { formats }: Translator) {
  return { number: formats.number.format(count) };
}

/** Of the requests whose cost is known; null if there are none. */
function meanOf({ cost, requests, unpriced }: Pick<Item, 'cost' | 'requests' | 'unpriced'>) {
  const priced = requests - unpriced;
  return priced > 0 ? cost / priced : null;
}

/** The table's rows, ready to print. */
export function spendLines(spend: Spend, group: Group, translator: Translator) {
  const { items, total, currency, probes } = spend;
  const { formats, t, language } = translator;
  const money = (amount: number | null) => formatMoney(amount, currency, language);
  const most = Math.max(0, ...items.map(({ cost }) => cost));
  const probesByGroup = new Map(probes.items.map((it) => [it.group, it.cost]));
  return items.map((item) => ({
    key: `${item.group} ${item.is_objects}`,
    name: groupName(item, group, translator),
    /** The requests themselves; empty if the page of requests can't show them. */
    href: hrefOf(item, group),
    cost: costOf(item) === null ? t('requests.cost.unknown') : money(item.cost),
    unpricedText: costOf(item) === null ? '' : unpricedText(item.unpriced, translator),
    shareText: total.cost === 0 ? '—' : formatPercent((100 * item.cost) / total.cost),
    /** Of the most expensive row, from 0 to 1. */
    share: most === 0 ? 0 : item.cost / most,
    mean: money(meanOf(item)),
    requests: formats.number.format(item.requests),
    inputTokens: formats.number.format(item.input_tokens),
    outputTokens: formats.number.format(item.output_tokens),
    cachedText: partText('requests.of_cached', item.cached_input_tokens, translator),
    writtenText: partText('requests.of_written', item.cache_write_tokens, translator),
    reasoningText: partText('requests.of_reasoning', item.reasoning_tokens, translator),
    probes: money(item.group === null ? 0 : (probesByGroup.get(item.group) ?? 0)),
  }));
}

function hrefOf({ group: value }: Item, group: Group): string {
  if (group === 'tag' || (value === null && group !== 'key')) return '';
  const none = { key: '', channel: '', model: '', route: '', outcome: 'all' } as const;
  const filter = { ...none, [group]: value === null ? 'master' : String(value) };
  return pagePath('/requests.html') + writeRequestsAddress({ span: '30d', group: 'day', filter });
}

/** More stacks would be hard to tell apart. */
const mostSeries = 5;

/**
 * The chart by day: the most expensive groups, the others together, and what checks cost. Groups that
 * overlap are lines, because a stack of them would be higher than the total.
 */
export function spendChart(spend: Spend, group: Group, translator: Translator): ChartSketch {
  const { days, items, probes, currency, is_overlapping } = spend;
  const { t, language } = translator;
  const shown = items.filter(({ cost }) => cost > 0);
  const [named, others] = [shown.slice(0, mostSeries), shown.slice(mostSeries)];
  const series = named.map((item, color) =>
    seriesOf(groupName(item, group, translator), color, item.costs),
  );
  if (others.length > 0 && !is_overlapping) {
    const costs = days.map((_, at) => others.reduce((sum, item) => sum + (item.costs[at] ?? 0), 0));
    series.push(seriesOf(t('spend.others'), mostSeries, costs));
  }
  if (probes.cost > 0) series.push(seriesOf(t('spend.probes'), 'muted', probes.costs));
  return {
    kind: is_overlapping ? 'line' : 'bars',
    unit: { currency, language },
    labels: days.map((day) => formatDay(day, translator)),
    exact: days.map((day) => formatExactTime(day, translator)),
    series,
  };
}

function seriesOf(name: string, color: Series['color'], values: number[]): Series {
  return { name, color, isDashed: false, values };
}

const csvFields = [
  'requests',
  'failures',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
  'image_input_tokens',
  'image_output_tokens',
  'unpriced',
  'cost',
] as const;

/** The groups as a file: their totals, and what each day cost; the last row is the total. */
export function spendCells(
  spend: Spend,
  dateOf: (timeS: number) => string,
): { header: string[]; rows: Cell[][] } {
  const { group_by, currency, days, items, total, probes } = spend;
  const rowOf = (first: Cell[], item: Item): Cell[] => [
    ...first,
    ...csvFields.map((name) => item[name]),
    ...item.costs,
  ];
  const blanks = csvFields.map((name) =>
    name === 'cost' || name === 'requests' || name === 'unpriced' ? probes[name] : null,
  );
  return {
    header: [group_by, 'name', 'currency', ...csvFields, ...days.map(dateOf)],
    rows: [
      ...items.map((item) => rowOf([item.group, item.name, currency], item)),
      rowOf(['total', null, currency], total),
      ['probes', null, currency, ...blanks, ...probes.costs],
    ],
  };
}
