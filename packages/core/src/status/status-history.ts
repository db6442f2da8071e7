import type { ErrorKind } from '../probes/error-kind.ts';
import type { Availability } from './availability.ts';

/** The state of something on the status page; `unknown`: never checked, not recently, or paused. */
export const publicStates = ['operational', 'degraded', 'outage', 'unknown'] as const;
export type PublicState = (typeof publicStates)[number];

/** What one check found. A channel's check is a whole run, a model's check is a probe. */
export interface StatusCheck {
  target_id: number;
  run_id: number;
  /** Unix seconds. */
  at: number;
  /** The share that passed, from 0 to 1. */
  share: number;
  /** Why it failed; null if it didn't, and for a whole run. */
  kind: ErrorKind | null;
  /** It represents an outage of minutes that clients met, so it is an incident by itself. */
  hasLasted?: boolean;
}

/** A period of failing checks. Times are Unix seconds; `ended_at` null: it hasn't ended. */
export interface StatusIncident {
  started_at: number;
  ended_at: number | null;
  /** The worst state in it. */
  state: 'degraded' | 'outage';
  /** The run of its first check. */
  run_id: number;
  checks: number;
  /** Clients met it for minutes, whatever checks found. */
  hasLasted?: boolean;
  kinds: Partial<Record<ErrorKind, number>>;
}

/** What the checks of a channel or a model say about its state; its days come from the stored sums. */
export interface StatusHistory {
  /** The newest check of each channel. */
  latest: Map<number, StatusCheck>;
  /** Oldest first. */
  incidents: StatusIncident[];
  state: PublicState;
  /** When the state last changed, and when it was last checked; 0: never. */
  since: number;
  checked_at: number;
}

export const secondsPerDay = 86_400;

/** Older checks don't count. The longest check interval is a day. */
const staleS = 26 * 3600;
/** One failed check only shows in the day's availability; two in a row are an incident. */
const incidentChecks = 2;
const mostIncidents = 100;

export function emptyHistory(): StatusHistory {
  const nothing = { latest: new Map(), incidents: [] };
  return { ...nothing, state: 'unknown', since: 0, checked_at: 0 };
}

/** Returns the history with these checks added, oldest first; `before` stays unchanged. */
export function addChecks(before: StatusHistory, checks: readonly StatusCheck[]): StatusHistory {
  const history = structuredClone(before);
  for (const check of checks) addCheck(history, check);
  history.incidents = history.incidents.slice(-mostIncidents);
  return history;
}

/** A UTC day, from the stored sums. */
export interface StatusDay extends Availability {
  /** Counted from 1970. */
  number: number;
  /** Whether no check failed. */
  isFlawless: boolean;
  /** The channels that were watched. */
  targetIds: readonly number[];
}

/**
 * Returns the history with a whole day added; `before` stays unchanged. Only for days that start or end no
 * incident: days of which only sums are known, and flawless days after a healthy one.
 */
export function addDay(before: StatusHistory, day: StatusDay): StatusHistory {
  const history = structuredClone(before);
  const at = (day.number + 1) * secondsPerDay - 1;
  for (const target_id of day.isFlawless ? day.targetIds : []) {
    history.latest.set(target_id, { target_id, run_id: 0, at, share: 1, kind: null });
  }
  history.checked_at = at;
  return history;
}

/** The incidents of more than one failed check, or that clients met for minutes, oldest first. */
export function incidentsOf({ incidents }: StatusHistory): StatusIncident[] {
  return incidents.filter((it) => it.checks >= incidentChecks || it.hasLasted === true);
}

function addCheck(history: StatusHistory, check: StatusCheck): void {
  history.latest.set(check.target_id, check);
  const share = bestShare(history, check.at);
  const state = stateOf(share);
  noteIncident(history, check, state);
  if (state !== history.state) history.since = check.at;
  history.state = state;
  history.checked_at = check.at;
}

/** A model on several channels has the state of the best one. */
function bestShare({ latest }: StatusHistory, at: number): number {
  const fresh = [...latest.values()].filter((it) => it.at > at - staleS);
  return Math.max(...fresh.map((it) => it.share));
}

function stateOf(share: number): Exclude<PublicState, 'unknown'> {
  if (share >= 1) return 'operational';
  return share <= 0 ? 'outage' : 'degraded';
}

function noteIncident(
  { incidents }: StatusHistory,
  check: StatusCheck,
  state: ReturnType<typeof stateOf>,
): void {
  const last = incidents.at(-1);
  const open = last?.ended_at === null ? last : undefined;
  if (state === 'operational') {
    if (open) open.ended_at = check.at;
    return;
  }
  const incident = open ?? startedIncident(check, state);
  if (!open) incidents.push(incident);
  incident.checks += 1;
  if (check.hasLasted) incident.hasLasted = true;
  if (state === 'outage') incident.state = 'outage';
  if (check.kind) incident.kinds[check.kind] = (incident.kinds[check.kind] ?? 0) + 1;
}

function startedIncident(check: StatusCheck, state: 'degraded' | 'outage'): StatusIncident {
  const { at: started_at, run_id } = check;
  return { started_at, ended_at: null, state, run_id, checks: 0, kinds: {} };
}
