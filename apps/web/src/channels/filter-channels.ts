import { hasTag, wireProtocols, withTags } from '@api-monitor/core';
import type { Channel, WireProtocol } from './channel.ts';
import { channelState, toneOf } from './channel-state.ts';

export const statusFilters = ['all', 'healthy', 'trouble', 'running', 'disabled'] as const;
export type StatusFilter = (typeof statusFilters)[number];
export type ProtocolFilter = WireProtocol | 'all';

export interface ChannelFilter {
  query: string;
  status: StatusFilter;
  protocol: ProtocolFilter;
  /** In whatever case; empty: all. */
  tag: string;
}

export const noFilter: ChannelFilter = { query: '', status: 'all', protocol: 'all', tag: '' };

export function isFiltering(filter: ChannelFilter): boolean {
  const { query, status, protocol, tag } = filter;
  return query.trim() !== '' || status !== 'all' || protocol !== 'all' || tag !== '';
}

/** Whether a channel has the status and the tag, serves the protocol, and contains every word of the query. */
export function matchesFilter(channel: Channel, filter: ChannelFilter): boolean {
  return (
    matchesStatus(channel, filter.status) &&
    matchesProtocol(channel, filter.protocol) &&
    (filter.tag === '' || hasTag(channel.tags, filter.tag)) &&
    matchesQuery(channel, filter.query)
  );
}

export function matchesStatus(channel: Channel, status: StatusFilter): boolean {
  switch (status) {
    case 'all':
      return true;
    case 'healthy':
      return channelState(channel) === 'healthy';
    case 'trouble': {
      const tone = toneOf(channelState(channel));
      return tone === 'warn' || tone === 'bad';
    }
    case 'running':
      return channel.running;
    case 'disabled':
      return !channel.enabled;
  }
}

function matchesProtocol(channel: Channel, protocol: ProtocolFilter): boolean {
  return protocol === 'all' || channel.latest_models.some((it) => it.protocol === protocol);
}

function matchesQuery(channel: Channel, query: string): boolean {
  const about = aboutChannel(channel);
  return wordsOf(query).every(
    (word) =>
      about.includes(word) ||
      channel.latest_models.some((it) => it.model.toLowerCase().includes(word)),
  );
}

/**
 * Which of a channel's models to show under a query: those that contain one of its words, or all of
 * them if the query is about the channel itself.
 */
export function modelMatcher(channel: Channel, filter: ChannelFilter): (model: string) => boolean {
  const words = wordsOf(filter.query);
  const about = aboutChannel(channel);
  const wanted = words.filter((word) => !about.includes(word));
  return (model) => wanted.every((word) => model.toLowerCase().includes(word));
}

function aboutChannel({ name, base_url, source_url, tags }: Channel): string {
  return [name, base_url, source_url ?? '', ...tags].join('\n').toLowerCase();
}

/** Every tag that a channel has, once in whatever case, in order. */
export function tagsOfChannels(channels: readonly Channel[]): string[] {
  const tags = channels.reduce<string[]>((all, it) => withTags(all, it.tags), []);
  return tags.toSorted((a, b) => a.localeCompare(b));
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The state that the address keeps, so that a reload or a shared link shows the same. */
export type ViewState = ReturnType<typeof readViewState>;

/** Reads a query string; invalid values count as absent. */
export function readViewState(search: string) {
  const params = new URLSearchParams(search);
  const status = statusFilters.find((it) => it === params.get('status'));
  const protocol = wireProtocols.find((it) => it === params.get('protocol'));
  const openIds = (params.get('open') ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
  const filter: ChannelFilter = {
    query: params.get('q') ?? noFilter.query,
    status: status ?? noFilter.status,
    protocol: protocol ?? noFilter.protocol,
    tag: params.get('tag') ?? noFilter.tag,
  };
  return { filter, openIds: [...new Set(openIds)] };
}

/** The query string of a view, with its `?`; empty if the view is the default. */
export function writeViewState({ filter, openIds }: ViewState): string {
  const params = new URLSearchParams();
  if (filter.query) params.set('q', filter.query);
  if (filter.status !== 'all') params.set('status', filter.status);
  if (filter.protocol !== 'all') params.set('protocol', filter.protocol);
  if (filter.tag) params.set('tag', filter.tag);
  const query = params.toString();
  // Commas stay unescaped, because only numbers are between them.
  const open = openIds.length > 0 ? `open=${openIds.join(',')}` : '';
  const whole = [query, open].filter(Boolean).join('&');
  return whole === '' ? '' : `?${whole}`;
}
