import type { ErrorKind } from '../../probes/error-kind.ts';
import { isOutage } from '../alert-kind.ts';
import type { Observation, Why } from './observation.ts';
import type { ChannelIndex } from './watched-channel.ts';

/** When a site of the internet was last reached, and since when it hasn't been; null: it was. */
export interface SiteContact {
  reached_at: number | null;
  failing_since: number | null;
}

/** What is known about the monitor's own way to the internet. Times are Unix seconds. */
export interface NetworkState {
  /** By the names of sites. */
  sites: Readonly<Record<string, SiteContact>>;
  /** Since when nothing was reached; null: the network works. */
  down_since: number | null;
  /** How often something was reached since then. */
  reaches: number;
}

export const networkAtStart: NetworkState = { sites: {}, down_since: null, reaches: 0 };

const connectionKinds: readonly (ErrorKind | null)[] = ['network', 'timeout', 'tls'];

/** Whether a failure may be of the network between. */
export function isOfConnection(why: Why | null | undefined): boolean {
  return connectionKinds.includes(why?.kind ?? null);
}

/** So many sites that fail with no answer from any other in between are no coincidence. */
const sitesToSuspect = 3;
const reachesToTrust = 2;

/**
 * What the findings say about our own network: it is down once several sites were not reached, or all of
 * them if there are two, and nothing else answered in the meantime. Any answer counts, even an error.
 */
export function nextNetwork(
  before: NetworkState,
  observations: readonly Observation[],
  channels: ChannelIndex,
): NetworkState {
  const sites = new Map(Object.entries(before.sites).filter(([site]) => channels.sites.has(site)));
  let { down_since, reaches } = before;
  for (const { site, at, isReached } of contactsIn(observations, channels)) {
    const contact = sites.get(site) ?? { reached_at: null, failing_since: null };
    if (at <= Math.max(contact.reached_at ?? 0, contact.failing_since ?? 0)) continue;
    if (!isReached) {
      sites.set(site, { ...contact, failing_since: contact.failing_since ?? at });
      down_since ??= downSince(sites, channels);
      continue;
    }
    sites.set(site, { reached_at: at, failing_since: null });
    if (down_since === null) continue;
    reaches += 1;
    if (reaches >= reachesToTrust) [down_since, reaches] = [null, 0];
  }
  return { sites: Object.fromEntries(sites), down_since, reaches };
}

/** What the findings, and the last answer of each channel, say about sites; the oldest first. */
function contactsIn(observations: readonly Observation[], { byId, siteById }: ChannelIndex) {
  const found = observations.flatMap(({ subject, at, is_bad, why }) => {
    const site = isOutage(subject.kind) ? siteById.get(subject.target_id ?? 0) : null;
    return site ? { site, at, isReached: !(is_bad && isOfConnection(why)) } : [];
  });
  const answered = [...byId.values()].flatMap(({ id, answered_at: at }) => {
    const site = siteById.get(id);
    return site && at !== null ? { site, at, isReached: true } : [];
  });
  return [...found, ...answered].sort((a, b) => a.at - b.at);
}

/** When the first of the sites failed that nobody has been reached since; null if they are too few. */
function downSince(sites: ReadonlyMap<string, SiteContact>, channels: ChannelIndex): number | null {
  const contacts = [...sites.values()];
  const reachedAt = Math.max(0, ...contacts.map(({ reached_at }) => reached_at ?? 0));
  const failing = contacts.flatMap(({ failing_since }) =>
    failing_since !== null && failing_since > reachedAt ? failing_since : [],
  );
  const isAll = failing.length >= 2 && failing.length === channels.sites.size;
  return failing.length >= sitesToSuspect || isAll ? Math.min(...failing) : null;
}
