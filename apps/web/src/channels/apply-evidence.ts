import {
  type Evidence,
  headlineOf,
  latestEvidence,
  latestFault,
  latestOf,
} from '@api-monitor/core';
import type { Channel, EvidenceEvent, FaultEvent, LatestModel } from './channel.ts';

/*
 * The times of events and lists are the server's. The page's own clock may be wrong, so the moment of the
 * newest of them counts as the present.
 */

/** The channel after traffic changed what is known about one of its models. */
export function applyEvidence(channel: Channel, { model, evidence }: EvidenceEvent): Channel {
  const index = channel.latest_models.findIndex((it) => it.model === model);
  const before = channel.latest_models[index];
  if (!before) return channel;
  const heard = new Map([[evidence.route, evidence]]);
  const presentS = newestOf([evidence, ...before.evidence]);
  const merged = latestEvidence(before.evidence, heard, presentS);
  const after = withHeadline({ ...before, evidence: merged }, channel, presentS);
  return { ...channel, latest_models: channel.latest_models.with(index, after) };
}

/** The channel after traffic showed that it is at fault as a whole, or that it no longer is. */
export function applyFault(channel: Channel, { fault, at }: FaultEvent): Channel {
  const latest = latestFault(channel.fault, { fault, at }, at);
  if (latest === channel.fault) return channel;
  const changed = { ...channel, fault: latest };
  const latest_models = channel.latest_models.map((it) => withHeadline(it, changed, at));
  return { ...changed, latest_models };
}

/** A model of a list that may be older than what is already known of it. */
export function keepLatest(
  listed: LatestModel,
  known: LatestModel | undefined,
  channel: Channel,
): LatestModel {
  const presentS = newestOf([...listed.evidence, ...(known?.evidence ?? [])]);
  const evidence = listed.evidence.map((entry) => {
    const heard = known?.evidence.find(({ route }) => route === entry.route);
    return latestOf(entry, heard, presentS) ?? entry;
  });
  const isNewest = evidence.every((entry, index) => entry === listed.evidence[index]);
  return isNewest ? listed : withHeadline({ ...listed, evidence }, channel, presentS);
}

function newestOf(evidence: readonly Evidence[]): number {
  return Math.max(0, ...evidence.map(({ found_at }) => found_at));
}

/** The model with the headline that follows from its evidence. */
export function withHeadline(
  model: Omit<LatestModel, 'headline'>,
  { fault }: Pick<Channel, 'fault'>,
  nowS: number,
): LatestModel {
  const { plan, evidence } = model;
  return { ...model, headline: headlineOf({ plan, evidence, fault }, nowS) };
}
