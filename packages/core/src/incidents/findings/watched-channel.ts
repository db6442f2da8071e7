import type { Evidence } from '../../evidence/evidence.ts';
import { parseNetwork } from '../../text/network.ts';
import type { Member } from '../incident.ts';

/** A channel whose failures are to be told: it is enabled and exists. */
export interface WatchedChannel {
  id: number;
  name: string;
  /** Of its base URL. */
  host: string;
  tags: readonly string[];
  /** By their public names. */
  models: readonly string[];
  /** When anything on it last answered, as far as the database knows; null: never. */
  answered_at: number | null;
}

/** Whether a channel counts as having a model: it has answered, or only clients can find out. */
export function countsAsOffered(evidence: readonly Evidence[]): boolean {
  return evidence.some(({ state, proved_at }) => {
    if (state === 'unprovable' || state === 'skipped') return true;
    return proved_at !== null && state !== 'refused';
  });
}

/** The channels, found by what is asked of them. */
export interface ChannelIndex {
  byId: ReadonlyMap<number, WatchedChannel>;
  byModel: ReadonlyMap<string, readonly WatchedChannel[]>;
  /** The site that each channel is on, by the channel's id; null: it isn't on the internet. */
  siteById: ReadonlyMap<number, string | null>;
  sites: ReadonlySet<string>;
}

export function indexChannels(channels: readonly WatchedChannel[]): ChannelIndex {
  const byModel = new Map<string, WatchedChannel[]>();
  for (const channel of channels) {
    for (const model of new Set(channel.models)) {
      const offering = byModel.get(model);
      if (offering) offering.push(channel);
      else byModel.set(model, [channel]);
    }
  }
  const siteById = new Map(channels.map(({ id, host }) => [id, siteOf(host)]));
  return {
    byId: new Map(channels.map((channel) => [channel.id, channel])),
    byModel,
    siteById,
    sites: new Set([...siteById.values()].filter((site) => site !== null)),
  };
}

/**
 * What hosts of one owner have in common: the last two labels of the name, three under a country's `co.uk`
 * or the like, or the whole address. null for hosts that are reached without the internet.
 */
function siteOf(host: string): string | null {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  const network = parseNetwork(name);
  if (network) return isPrivate(name) ? null : name;
  const labels = name.split('.');
  if (labels.length === 1 || /^(local|internal|lan|localhost)$/.test(labels.at(-1) ?? ''))
    return null;
  const isUnderCountry = /(^|\.)(com?|net|org|gov|edu|ac|or|ne)\.[a-z]{2}$/.test(name);
  return labels.slice(isUnderCountry ? -3 : -2).join('.');
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291. */
function isPrivate(address: string): boolean {
  return (
    /^(10|127|0)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(address) ||
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(address) ||
    /^(::1?$|f[cd]|fe[89ab])/.test(address)
  );
}

/** What still serves a model that fails somewhere. */
export interface Serving {
  model: string;
  /** How many channels serve it. */
  channels: number;
  /** Whether traffic or a key wants it. */
  is_wanted: boolean;
}

/** Which models the failure of these members concerns. */
export function modelsOf(members: readonly Member[], { byId }: ChannelIndex): Set<string> {
  const models = new Set<string>();
  for (const { subject } of members) {
    if (subject.kind === 'model_down' && subject.model !== null) models.add(subject.model);
    if (subject.kind !== 'channel_down' || subject.target_id === null) continue;
    for (const model of byId.get(subject.target_id)?.models ?? []) models.add(model);
  }
  return models;
}
