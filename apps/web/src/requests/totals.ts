import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import { formatDay, formatMoment } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Group, Span } from './requests-address.ts';

/** One row of `GET /api/proxy/requests/totals`. */
export type Total = InferResponseType<
  ApiClient['api']['proxy']['requests']['totals']['$get'],
  200
>['items'][number];

/** The table's rows, ready to print. */
export function totalLines(
  totals: readonly Total[],
  { group, currency }: { group: Group; currency: string },
  translator: Translator,
) {
  const { formats, language } = translator;
  const most = Math.max(1, ...totals.map((it) => it.requests));
  return totals.map((total) => ({
    key: `${total.group} ${total.is_objects}`,
    name: groupName(total, group, translator),
    /** The value for the filter; null if the row can't be filtered by. */
    filter: filterOf(total, group),
    requests: formats.number.format(total.requests),
    failures: formats.number.format(total.failures),
    failureRate: formatPercent((100 * total.failures) / Math.max(1, total.requests)),
    inputTokens: formats.number.format(total.input_tokens),
    outputTokens: formats.number.format(total.output_tokens),
    /** Parts of the input and the output; empty if there are none. */
    cachedText: partText('requests.of_cached', total.cached_input_tokens, translator),
    writtenText: partText('requests.of_written', total.cache_write_tokens, translator),
    reasoningText: partText('requests.of_reasoning', total.reasoning_tokens, translator),
    cost: formatMoney(costOf(total), currency, language),
    /** How many requests it leaves out. */
    unpricedText: costOf(total) === null ? '' : unpricedText(total.unpriced, translator),
    firstByte: formatLatency(total.first_byte_s),
    /** Of the largest row, from 0 to 1. */
    share: total.requests / most,
    tone: total.failures > 0 ? 'bad' : 'ok',
  }));
}

export function partText(
  key: 'requests.of_cached' | 'requests.of_written' | 'requests.of_reasoning',
  tokens: number,
  { t, formats }: Translator,
): string {
  return tokens === 0 ? '' : t(key, { tokens: formats.number.format(tokens) });
}

/** What a row's key, channel, model or day is called. */
export function groupName(
  { group, name, is_objects }: Pick<Total, 'group' | 'name' | 'is_objects'>,
  by: Group,
  translator: Translator,
): string {
  const { t } = translator;
  if (by === 'day') return formatDay(Number(group), translator);
  if (by === 'key') return group === null ? t('requests.master') : (name ?? '');
  if (by === 'channel') return group === null ? t('requests.no_channel') : (name ?? '');
  if (by === 'tag') return group === null ? t('requests.no_tag') : String(group);
  if (group !== null) return String(group);
  return t(is_objects ? 'requests.objects' : 'requests.no_model');
}

function filterOf({ group }: Total, by: Group): string | null {
  if (by === 'day' || by === 'tag') return null;
  if (by === 'key' && group === null) return 'master';
  return group === null ? null : String(group);
}

/** What the requests cost whose cost is known; null if that is true of none. */
export function costOf({
  cost,
  requests,
  unpriced,
}: Pick<Total, 'cost' | 'requests' | 'unpriced'>) {
  return requests > 0 && unpriced === requests ? null : cost;
}

/** Says how many requests a sum of costs leaves out; empty if there are none. */
export function unpricedText(unpriced: number, { t, formats }: Translator): string {
  if (unpriced === 0) return '';
  return t('requests.of_unpriced', { number: formats.number.format(unpriced) });
}

export function sumTotals(totals: readonly Total[]) {
  const sum = { requests: 0, failures: 0, inputTokens: 0, outputTokens: 0, cost: 0, unpriced: 0 };
  for (const total of totals) {
    sum.requests += total.requests;
    sum.failures += total.failures;
    sum.inputTokens += total.input_tokens;
    sum.outputTokens += total.output_tokens;
    sum.cost += total.cost;
    sum.unpriced += total.unpriced;
  }
  return sum;
}

const barCounts: Record<Span, number> = { '24h': 24, '7d': 7, '30d': 30 };

/** When each bar of the chart over time starts: every hour of a day, or every day of more. */
function barStarts(span: Span, nowS: number, dayOf: DayOf): number[] {
  const startOf = span === '24h' ? hourOf : dayOf;
  const starts = [startOf(nowS)];
  while (starts.length < barCounts[span]) starts.push(startOf((starts.at(-1) ?? 0) - 1));
  return starts.reverse();
}

/** The start of the day, in the reader's zone, that contains a time. */
export type DayOf = (timeS: number) => number;

function hourOf(timeS: number): number {
  return Math.floor(timeS / 3600) * 3600;
}

interface BarsInput {
  span: Span;
  nowS: number;
  dayOf: DayOf;
}

/**
 * The bars of the chart over time, including those without requests. Heights are shares of the highest
 * bar.
 */
export function timeBars(
  totals: readonly Total[],
  { span, nowS, dayOf }: BarsInput,
  translator: Translator,
) {
  const byStart = new Map(totals.map((total) => [Number(total.group), total]));
  const most = Math.max(1, ...totals.map((it) => it.requests));
  const format = span === '24h' ? formatMoment : formatDay;
  return barStarts(span, nowS, dayOf).map((start) => {
    const { requests, failures } = byStart.get(start) ?? { requests: 0, failures: 0 };
    const okShare = (requests - failures) / most;
    const label = format(start, translator);
    return { start, label, requests, failures, okShare, badShare: failures / most };
  });
}

/** The start of the requested totals, so that every bar is complete. Unix seconds. */
export function spanStart(span: Span, nowS: number, dayOf: DayOf): number {
  return barStarts(span, nowS, dayOf)[0] ?? 0;
}
