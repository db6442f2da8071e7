import { matchesPattern } from '../../text/matches-pattern.ts';
import type { AlertKind, Severity } from '../alert-kind.ts';
import type { ChannelIndex } from '../findings/watched-channel.ts';
import { failingMembers, type Incident, type Member } from '../incident.ts';
import { hasTag } from '../quiet/maintenance.ts';
import { type Destination, tracksIncidents } from './destination.ts';
import type { Item } from './news.ts';

/** Whether a destination is to be told. An end is told only to those that know of the beginning. */
export function isFor(
  destination: Destination,
  { incident, kind, after_min }: Item,
  channels: ChannelIndex,
): boolean {
  const isTold = incident.told.includes(destination.id);
  if (!destination.enabled) return false;
  if (kind === 'merged') return isTold && tracksIncidents(destination);
  if (kind === 'resolved' || kind === 'eased') {
    return isTold && (destination.recoveries || tracksIncidents(destination));
  }
  if (
    kind === 'escalated' ? destination.after_min !== after_min : !isReached(destination, incident)
  ) {
    return false;
  }
  return isAbout(destination, incident, channels);
}

/** Whether a destination is told at once of something that isn't about any channel. */
export function isToldOf(
  { enabled, severities, kinds, target_ids, tags, models, after_min }: Destination,
  kind: AlertKind,
  severity: Severity,
): boolean {
  const isForAll = target_ids.length + tags.length + models.length === 0;
  const isOfKind = kinds.length === 0 || kinds.includes(kind);
  return enabled && isForAll && isOfKind && severities.includes(severity) && after_min === 0;
}

function isReached({ after_min }: Destination, { escalated_min }: Incident): boolean {
  return after_min === 0 || escalated_min >= after_min;
}

function isAbout(destination: Destination, incident: Incident, channels: ChannelIndex): boolean {
  if (!destination.severities.includes(incident.severity)) return false;
  const members = failingMembers(incident);
  const hasFilter = [
    destination.kinds,
    destination.target_ids,
    destination.tags,
    destination.models,
  ];
  // An outage of our own network concerns everything, even before any channel is known to fail.
  if (members.length === 0)
    return hasFilter.every(({ length }) => length === 0) || incident.scope === 'network';
  return members.some((member) => isAboutMember(destination, member, channels));
}

function isAboutMember(
  { kinds, target_ids, tags, models }: Destination,
  { subject }: Member,
  { byId }: ChannelIndex,
): boolean {
  if (kinds.length > 0 && !kinds.includes(subject.kind)) return false;
  const channel = subject.target_id === null ? undefined : byId.get(subject.target_id);
  const isForChannels = target_ids.length + tags.length > 0;
  const isChannel =
    channel !== undefined && (target_ids.includes(channel.id) || hasTag(channel.tags, tags));
  if (isForChannels && !isChannel) return false;
  if (models.length === 0) return true;
  const concerned = subject.model === null ? (channel?.models ?? []) : [subject.model];
  return concerned.some((model) => models.some((pattern) => matchesPattern(model, pattern)));
}
