import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';
import { formatMoment, formatUtcDay } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Group, Span } from './requests-address.ts';

/** One row of `GET /api/proxy/requests/totals`. */
export type Total = InferResponseType<
  ApiClient['api']['proxy']['requests']['totals']['$get'],
  200
>['items'][number];

/** The table's rows, ready to print. */
export function totalLines(totals: readonly Total[], group: Group, translator: Translator) {
  const { formats } = translator;
  const most = Math.max(1, ...totals.map((it) => it.requests));
  return totals.map((total) => ({
    key: String(total.group),
    name: nameOf(total, group, translator),
    /** The value for the filter; null if the row can't be filtered by. */
    filter: filterOf(total, group),
    requests: formats.number.format(total.requests),
    failures: formats.number.format(total.failures),
    failureRate: formatPercent((100 * total.failures) / Math.max(1, total.requests)),
    inputTokens: formats.number.format(total.input_tokens),
    outputTokens: formats.number.format(total.output_tokens),
    firstByte: formatLatency(total.first_byte_s),
    /** Of the largest row, from 0 to 1. */
    share: total.requests / most,
    tone: total.failures > 0 ? 'bad' : 'ok',
  }));
}

function nameOf({ group, name }: Total, by: Group, translator: Translator): string {
  const { t } = translator;
  if (by === 'day') return formatUtcDay(Number(group), translator);
  if (by === 'key' && group === null) return t('requests.master');
  return (by === 'model' ? (group as string | null) : name) ?? t('requests.none_chosen');
}

function filterOf({ group }: Total, by: Group): string | null {
  if (by === 'day') return null;
  if (by === 'key' && group === null) return 'master';
  return group === null ? null : String(group);
}

export function sumTotals(totals: readonly Total[]) {
  const sum = { requests: 0, failures: 0, inputTokens: 0, outputTokens: 0 };
  for (const total of totals) {
    sum.requests += total.requests;
    sum.failures += total.failures;
    sum.inputTokens += total.input_tokens;
    sum.outputTokens += total.output_tokens;
  }
  return sum;
}

const spanSeconds: Record<Span, number> = {
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
};

/**
 * The bars of the chart over time: one for every hour of a day, or every UTC day of more, including
 * those without requests. Heights are shares of the highest bar.
 */
export function timeBars(
  totals: readonly Total[],
  span: Span,
  nowS: number,
  translator: Translator,
) {
  const stepS = span === '24h' ? 3600 : 86_400;
  const last = Math.floor(nowS / stepS) * stepS;
  const byStart = new Map(totals.map((total) => [Number(total.group), total]));
  const most = Math.max(1, ...totals.map((it) => it.requests));
  return Array.from({ length: spanSeconds[span] / stepS }, (_, index) => {
    const start = last - (spanSeconds[span] / stepS - 1 - index) * stepS;
    const { requests, failures } = byStart.get(start) ?? { requests: 0, failures: 0 };
    const label =
      span === '24h' ? formatMoment(start, translator) : formatUtcDay(start, translator);
    const okShare = (requests - failures) / most;
    return { start, label, requests, failures, okShare, badShare: failures / most };
  });
}

/** The start of the requested totals, aligned so that every bar is complete. Unix seconds. */
export function spanStart(span: Span, nowS: number): number {
  const stepS = span === '24h' ? 3600 : 86_400;
  return Math.floor(nowS / stepS) * stepS - spanSeconds[span] + stepS;
}
