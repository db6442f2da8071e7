import { isAhead } from '../figures/clock-skew.ts';
import type { Severity } from './alert-kind.ts';
import type { AlertRules } from './alert-rules.ts';
import { isSameSubject, subjectKeyOf } from './findings/observation.ts';
import { type NetworkState, networkAtStart } from './findings/own-network.ts';
import type { Watch } from './findings/watch.ts';
import type { ChannelIndex } from './findings/watched-channel.ts';
import {
  failingMembers,
  type Incident,
  type IncidentEvent,
  type IncidentScope,
  type Member,
} from './incident.ts';
import {
  type ActiveMaintenance,
  activeMaintenance,
  type Maintenance,
} from './quiet/maintenance.ts';
import type { Destination } from './sending/destination.ts';
import type { Pace } from './sending/pace.ts';

/** All that the next step has to know; plain JSON. */
export interface AlertState {
  /** By the keys of their subjects. */
  watches: Readonly<Record<string, Watch>>;
  /** Open ones, and those whose end is still to be told. */
  incidents: readonly Incident[];
  network: NetworkState;
  pace: Pace;
  /** The last numbers that were used, so that none is used twice. */
  last_incident: number;
  last_notice: number;
  /** Connections that failed until then failed because of our own network. */
  ignored_until: number;
}

export const alertsAtStart: AlertState = {
  watches: {},
  incidents: [],
  network: networkAtStart,
  pace: { told_at: [], waiting_since: null, opened_at: null },
  last_incident: 0,
  last_notice: 0,
  ignored_until: 0,
};

/** What the operator wants, and what there is. */
export interface AlertSetup {
  rules: AlertRules;
  /** From `indexChannels`, once they have changed. */
  channels: ChannelIndex;
  /** The models that traffic or a key wants, by their public names. */
  wanted: ReadonlySet<string>;
  maintenance: readonly Maintenance[];
  destinations: readonly Destination[];
}

interface Place {
  incident: Incident;
  member: Member;
}

/** A step under way: a copy of the state that its parts change in turn. */
export interface Step {
  readonly nowS: number;
  readonly setup: AlertSetup;
  readonly channels: ChannelIndex;
  readonly maintained: readonly ActiveMaintenance[];
  watches: Map<string, Watch>;
  incidents: Map<number, Incident>;
  /** Where each failing subject is, by the subject's key. */
  places: Map<string, Place>;
  changed: Set<Incident>;
  events: IncidentEvent[];
  network: NetworkState;
  pace: Pace;
  last_incident: number;
  last_notice: number;
  ignored_until: number;
}

export function beginStep(before: AlertState, setup: AlertSetup, nowS: number): Step {
  const state = withoutFuture(before, nowS);
  const incidents = structuredClone(state.incidents);
  const places = incidents.flatMap((incident) =>
    failingMembers(incident).map(
      (member) => [subjectKeyOf(member.subject), { incident, member }] as const,
    ),
  );
  return {
    ...state,
    ...{ nowS, setup, channels: setup.channels },
    maintained: activeMaintenance(setup.maintenance, nowS),
    watches: new Map(Object.entries(state.watches)),
    incidents: new Map(incidents.map((incident) => [incident.id, incident])),
    places: new Map(places),
    ...{ changed: new Set(), events: [] },
  };
}

/** The state without times that a wrong clock has set: they would hold back what comes until they are reached. */
function withoutFuture(state: AlertState, nowS: number): AlertState {
  const { watches, pace, network, ignored_until } = state;
  const atMost = <T extends number | null>(at: T) => (at !== null && isAhead(at, nowS) ? nowS : at);
  const isAnyAhead = Object.values(watches).some(({ found_at }) => isAhead(found_at, nowS));
  const healed = Object.entries(watches).map(([key, watch]) => {
    const { found_at, since } = watch;
    if (!isAhead(found_at, nowS)) return [key, watch];
    return [key, { ...watch, found_at: nowS, since: Math.min(since, nowS) }];
  });
  const sites = Object.entries(network.sites).map(([site, contact]) => {
    const { reached_at, failing_since } = contact;
    return [site, { reached_at: atMost(reached_at), failing_since: atMost(failing_since) }];
  });
  return {
    ...state,
    watches: isAnyAhead ? Object.fromEntries(healed) : watches,
    network: { ...network, sites: Object.fromEntries(sites) },
    pace: {
      told_at: pace.told_at.filter((at) => !isAhead(at, nowS)),
      waiting_since: atMost(pace.waiting_since),
      opened_at: atMost(pace.opened_at),
    },
    ignored_until: atMost(ignored_until) ?? 0,
  };
}

/** The state after the step. An incident that has ended is kept until that was told. */
export function endStep(step: Step, isTold: (incident: Incident) => boolean): AlertState {
  const { network, pace, last_incident, last_notice, ignored_until } = step;
  const incidents = [...step.incidents.values()].filter(
    (incident) => incident.ended_at === null || !isTold(incident),
  );
  const watches = Object.fromEntries(step.watches);
  return { watches, incidents, network, pace, last_incident, last_notice, ignored_until };
}

export function openIncidents({ incidents }: Step): Incident[] {
  return [...incidents.values()].filter(({ ended_at }) => ended_at === null);
}

export function note(
  step: Step,
  incident: Incident,
  kind: IncidentEvent['kind'],
  detail: IncidentEvent['detail'] = {},
): void {
  incident.events += 1;
  step.changed.add(incident);
  const { id: incident_id, events: seq } = incident;
  step.events.push({ incident_id, seq, at: step.nowS, kind, detail });
}

interface Opening extends Pick<Incident, 'scope' | 'cause' | 'kind' | 'severity'> {
  started_at: number;
}

export function openIncident(step: Step, { started_at, ...opening }: Opening): Incident {
  step.last_incident += 1;
  const incident: Incident = {
    ...{ id: step.last_incident, ...opening, started_at, ended_at: null, merged_into: null },
    ...{ last_join_at: step.nowS, members: [], lacking: [], announced: null, told: [] },
    ...{ escalated_min: 0, acknowledged_at: null, acknowledged_by: null, muted_until: null },
    events: 0,
  };
  step.incidents.set(incident.id, incident);
  step.pace = { ...step.pace, opened_at: step.nowS };
  note(step, incident, 'opened', { scope: opening.scope, kind: opening.kind });
  return incident;
}

/** A subject joins an incident, or is back in it. */
export function join(step: Step, incident: Incident, watch: Watch): void {
  const member = memberOf(step, watch);
  incident.members = incident.members.filter(
    ({ subject }) => !isSameSubject(subject, watch.subject),
  );
  incident.members.push(member);
  incident.last_join_at = step.nowS;
  incident.started_at = Math.min(incident.started_at, member.since);
  step.places.set(subjectKeyOf(watch.subject), { incident, member });
  note(step, incident, 'joined', { subject: watch.subject, why: watch.why });
}

function memberOf({ channels }: Step, watch: Watch): Member {
  const { subject, why, figures, health, failing_since, since } = watch;
  const channel = channels.byId.get(subject.target_id ?? 0)?.name ?? null;
  const is_flapping = health === 'flapping';
  const times = { since: failing_since ?? since, left_at: null, left_by: null };
  return { subject, channel, ...times, is_flapping, why, figures };
}

/** What is known about a member now. */
export function refresh(step: Step, { incident, member }: Place, watch: Watch): void {
  const { why, figures, is_flapping } = memberOf(step, watch);
  if (member.is_flapping !== is_flapping) {
    note(step, incident, is_flapping ? 'flapping' : 'settled', { subject: watch.subject });
  }
  if (JSON.stringify([member.why, member.figures]) === JSON.stringify([why, figures])) {
    if (member.is_flapping === is_flapping) return;
  }
  step.changed.add(incident);
  Object.assign(member, { why, figures, is_flapping });
}

/** A member works again, or isn't watched any more. */
export function leave(step: Step, key: string, at: number, by: 'up' | 'removed'): void {
  const place = step.places.get(key);
  if (!place) return;
  const { incident, member } = place;
  Object.assign(member, { left_at: at, left_by: by });
  step.places.delete(key);
  note(step, incident, 'left', { subject: member.subject, by });
}

export function endIncident(step: Step, incident: Incident, at: number): void {
  incident.ended_at = at;
  note(step, incident, 'resolved', { lasted_s: at - incident.started_at });
}

/** The incident turns out to be wider than was thought: who acknowledged or muted it didn't know that. */
export function widen(step: Step, incident: Incident, scope: IncidentScope, cause: string): void {
  if (incident.cause === cause) return;
  const unheeded = { acknowledged_at: null, acknowledged_by: null, muted_until: null };
  Object.assign(incident, { scope, cause, ...unheeded });
  note(step, incident, 'cause', { scope, cause });
}

/** Moves the members that still fail, all or those that `which` says, from one incident to another. */
export function merge(
  step: Step,
  from: Incident,
  into: Incident,
  which: (member: Member) => boolean = () => true,
): void {
  if (from === into) return;
  const moved = failingMembers(from).filter(which);
  const leaving = new Set(moved);
  from.members = from.members.filter((member) => !leaving.has(member));
  const keys = new Set(moved.map(({ subject }) => subjectKeyOf(subject)));
  const others = into.members.filter(({ subject }) => !keys.has(subjectKeyOf(subject)));
  for (const member of moved) {
    step.places.set(subjectKeyOf(member.subject), { incident: into, member });
  }
  into.members = [...others, ...moved];
  into.started_at = Math.min(into.started_at, ...moved.map(({ since }) => since));
  into.last_join_at = step.nowS;
  note(step, into, 'joined', { from: from.id, members: moved.length });
  if (failingMembers(from).length > 0) return;
  into.told = [...new Set([...into.told, ...from.told])];
  into.escalated_min = Math.max(into.escalated_min, from.escalated_min);
  Object.assign(from, { ended_at: step.nowS, merged_into: into.id });
  note(step, from, 'merged', { into: into.id });
}

export function weigh(step: Step, incident: Incident, severity: Severity, lacking: string[]): void {
  if (incident.severity !== severity) {
    note(step, incident, 'severity', { from: incident.severity, to: severity, lacking });
    incident.severity = severity;
  }
  if (incident.lacking.join('\n') === lacking.join('\n')) return;
  incident.lacking = lacking;
  step.changed.add(incident);
}
