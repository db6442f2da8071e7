import {
  type ChannelFilter,
  noFilter,
  type ProtocolFilter,
  statusFilters,
} from './filter-channels.ts';

/** What the address bar keeps, so that a reload or a sent link shows the same. */
export interface ViewState {
  filter: ChannelFilter;
  openIds: number[];
}

export const protocolFilters: readonly ProtocolFilter[] = ['all', 'openai', 'anthropic', 'gemini'];

/** Reads a query string; what makes no sense in it counts as absent. */
export function readViewState(search: string): ViewState {
  const params = new URLSearchParams(search);
  const status = statusFilters.find((it) => it === params.get('status'));
  const protocol = protocolFilters.find((it) => it === params.get('protocol'));
  const openIds = (params.get('open') ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
  return {
    filter: {
      query: params.get('q') ?? noFilter.query,
      status: status ?? noFilter.status,
      protocol: protocol ?? noFilter.protocol,
    },
    openIds: [...new Set(openIds)],
  };
}

/** The query string of a view, with its `?`; empty where nothing differs from the start. */
export function writeViewState({ filter, openIds }: ViewState): string {
  const params = new URLSearchParams();
  if (filter.query) params.set('q', filter.query);
  if (filter.status !== 'all') params.set('status', filter.status);
  if (filter.protocol !== 'all') params.set('protocol', filter.protocol);
  const query = params.toString();
  // Commas stay readable: nothing but numbers stands between them.
  const open = openIds.length > 0 ? `open=${openIds.join(',')}` : '';
  const whole = [query, open].filter(Boolean).join('&');
  return whole === '' ? '' : `?${whole}`;
}
