import type { localDaysOf } from '@api-monitor/core';

export const spans = ['today', '7d', '30d', 'month', 'custom'] as const;
export type Span = (typeof spans)[number];
export const groups = ['model', 'channel', 'key', 'tag'] as const;
export type Group = (typeof groups)[number];

/** `from` and `to`: the first and the last day of a custom range, such as `2026-11-25`; else ''. */
export interface SpendRange {
  span: Span;
  from: string;
  to: string;
}

export interface SpendAddress {
  range: SpendRange;
  group: Group;
}

/** Reads a query string; invalid values count as absent. */
export function readSpendAddress(search: string): SpendAddress {
  const params = new URLSearchParams(search);
  const one = <T extends string>(all: readonly T[], name: string) =>
    all.find((it) => it === params.get(name));
  const [from, to] = [params.get('from') ?? '', params.get('to') ?? ''];
  const isRange = isDay(from) && isDay(to) && from <= to;
  const span = isRange ? 'custom' : (one(spans, 'range') ?? '30d');
  return {
    range: {
      span: span === 'custom' && !isRange ? '30d' : span,
      ...(isRange ? { from, to } : { from: '', to: '' }),
    },
    group: one(groups, 'by') ?? 'model',
  };
}

/** The query string of a view, with its `?`; empty if the view is the default. */
export function writeSpendAddress({ range, group }: SpendAddress): string {
  const params = new URLSearchParams();
  if (range.span === 'custom') {
    params.set('from', range.from);
    params.set('to', range.to);
  } else if (range.span !== '30d') params.set('range', range.span);
  if (group !== 'model') params.set('by', group);
  return params.size === 0 ? '' : `?${params}`;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

interface Zone {
  /** The start of the day that contains a time. */
  dayOf: ReturnType<typeof localDaysOf>;
  /** A day's date, such as `2026-11-25`. */
  dateOf: (timeS: number) => string;
}

const halfDayS = 43_200;

/** The range in Unix seconds, as the API takes it: the first day's start, and a time in the last day. */
export function timesOf(
  { span, from, to }: SpendRange,
  { dayOf, dateOf }: Zone,
  nowS: number,
): { from: number; to: number } {
  // From noon, because some days have 23 or 25 hours.
  const daysAgo = (count: number) => dayOf(dayOf(nowS) + halfDayS - count * 2 * halfDayS);
  switch (span) {
    case 'today':
      return { from: dayOf(nowS), to: nowS };
    case '7d':
      return { from: daysAgo(6), to: nowS };
    case '30d':
      return { from: daysAgo(29), to: nowS };
    case 'month':
      return { from: startOf(`${dateOf(nowS).slice(0, 8)}01`, { dayOf, dateOf }), to: nowS };
    case 'custom': {
      const zone = { dayOf, dateOf };
      return { from: startOf(from, zone), to: Math.min(nowS, startOf(to, zone) + halfDayS) };
    }
  }
}

/** The start of a date in the zone, which is at most 14 hours from UTC. */
function startOf(date: string, { dayOf, dateOf }: Zone): number {
  const noonS = Date.parse(`${date}T12:00Z`) / 1000;
  const near = [noonS, noonS - halfDayS, noonS + halfDayS].map(dayOf);
  return near.find((start) => dateOf(start) === date) ?? dayOf(noonS);
}
