import { isNote, isOutage } from './alert-kind.ts';
import { type Observation, type Subject, subjectKeyOf } from './findings/observation.ts';
import { isOfConnection, nextNetwork } from './findings/own-network.ts';
import { countedFrom, isCalm, judged, nextWatch } from './findings/watch.ts';
import { beginNetworkOutage, endNetworkOutage, findIncident, groupByCause } from './group.ts';
import type { Incident, IncidentEvent } from './incident.ts';
import { maintainedUntilOf } from './sending/silence.ts';
import { isOver, type OutgoingNotice, tell } from './sending/tell.ts';
import { weighAll } from './severity.ts';
import { type AlertSetup, type AlertState, beginStep, endStep, join, type Step } from './step.ts';

/** What a step decided. It is stored all at once, with the state that follows from it. */
export interface Stepped {
  state: AlertState;
  /** Those that changed. */
  incidents: readonly Incident[];
  events: readonly IncidentEvent[];
  notices: readonly OutgoingNotice[];
}

/**
 * The whole life of incidents: what the findings say about each subject, which incident it is part of, how
 * bad that is, and who is told what. It may be called at any time, without findings too: some things happen
 * because time passes. The same findings given again change nothing.
 */
export function stepIncidents(
  state: AlertState,
  observations: readonly Observation[],
  setup: AlertSetup,
  nowS: number,
): Stepped {
  const step = beginStep(state, setup, nowS);
  takeNetwork(step, observations);
  takeFindings(step, observations);
  passTime(step);
  groupByCause(step);
  weighAll(step);
  const notices = tell(step);
  const { changed, events } = step;
  return { state: endStep(step, isOver), incidents: [...changed], events, notices };
}

function takeNetwork(step: Step, observations: readonly Observation[]): void {
  const before = step.network;
  step.network = nextNetwork(before, observations, step.channels);
  const { down_since } = step.network;
  if (before.down_since !== null && down_since !== before.down_since) {
    endNetworkOutage(step, before.down_since);
  }
  if (down_since !== null && down_since !== before.down_since) beginNetworkOutage(step, down_since);
}

function takeFindings(step: Step, observations: readonly Observation[]): void {
  const { watches, nowS, setup } = step;
  for (const observation of observations.toSorted((a, b) => a.at - b.at)) {
    const { subject } = observation;
    if (!isWatched(step, subject) || isOfOwnNetwork(step, observation)) continue;
    const key = subjectKeyOf(subject);
    const before = watches.get(key) ?? null;
    const watch = nextWatch(before, observation, setup.rules, nowS);
    if (!watch || watch === before) continue;
    watches.set(key, watch);
    if (isNote(subject.kind)) join(step, findIncident(step, watch), watch);
  }
}

/** Whether it was found while our own network was down, which is over. */
function isOfOwnNetwork(step: Step, { subject, is_bad, at, why }: Observation): boolean {
  return is_bad && at <= step.ignored_until && isOutage(subject.kind) && isOfConnection(why);
}

/** A note is remembered for a day, so that it isn't taken for a new one. */
const noteS = 86_400;

function passTime(step: Step): void {
  const { watches, nowS, setup } = step;
  for (const [key, before] of watches) {
    const { subject, found_at } = before;
    const until = step.places.has(key) ? null : maintainedUntilOf(step, subject);
    const watch = until === null ? judged(before, setup.rules, nowS) : countedFrom(before, until);
    const isDone = isNote(subject.kind) ? nowS - found_at > noteS : isCalm(watch, nowS);
    if ((isDone && !step.places.has(key)) || !isWatched(step, subject)) watches.delete(key);
    else watches.set(key, watch);
  }
}

function isWatched({ channels }: Step, { kind, target_id, model }: Subject): boolean {
  if (target_id === null) return true;
  const channel = channels.byId.get(target_id);
  if (!channel || kind !== 'model_down') return channel !== undefined;
  return model !== null && channel.models.includes(model);
}
