import { type RecordedRoute, recordedRoutes } from '@api-monitor/core';

export const spans = ['24h', '7d', '30d'] as const;
export type Span = (typeof spans)[number];
export const groups = ['key', 'channel', 'model', 'tag', 'day'] as const;
export type Group = (typeof groups)[number];
export const outcomes = ['all', 'ok', 'client_error', 'upstream_error', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];

/** Which requests are shown; '' means all. `key` is a key's id, or `master`. */
export interface RequestFilter {
  key: string;
  channel: string;
  model: string;
  route: RecordedRoute | '';
  outcome: Outcome;
}

export interface RequestsAddress {
  span: Span;
  group: Group;
  filter: RequestFilter;
}

/** Reads a query string; invalid values count as absent. */
export function readRequestsAddress(search: string): RequestsAddress {
  const params = new URLSearchParams(search);
  const one = <T extends string>(all: readonly T[], name: string) =>
    all.find((it) => it === params.get(name));
  const fitting = (name: string, pattern: RegExp) => {
    const value = params.get(name) ?? '';
    return pattern.test(value) ? value : '';
  };
  return {
    span: one(spans, 'range') ?? '24h',
    group: one(groups, 'by') ?? 'model',
    filter: {
      key: fitting('key', /^(\d{1,15}|master)$/),
      channel: fitting('channel', /^\d{1,15}$/),
      model: (params.get('model') ?? '').slice(0, 512),
      route: one(recordedRoutes, 'route') ?? '',
      outcome: one(outcomes, 'outcome') ?? 'all',
    },
  };
}

/** The query string of a view, with its `?`; empty if the view is the default. */
export function writeRequestsAddress({ span, group, filter }: RequestsAddress): string {
  const params = new URLSearchParams();
  if (span !== '24h') params.set('range', span);
  if (group !== 'model') params.set('by', group);
  for (const name of ['key', 'channel', 'model', 'route'] as const) {
    if (filter[name]) params.set(name, filter[name]);
  }
  if (filter.outcome !== 'all') params.set('outcome', filter.outcome);
  return params.size === 0 ? '' : `?${params}`;
}

/** The filter as query parameters of the API, for the list and for the totals. */
export function filterQueryOf({ key, channel, model, route, outcome }: RequestFilter) {
  return {
    ...(key ? { key_id: key } : {}),
    ...(channel ? { target_id: channel } : {}),
    ...(model ? { model } : {}),
    ...(route ? { route } : {}),
    ...(outcome === 'all' ? {} : { outcome }),
  };
}
