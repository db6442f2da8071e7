import { isAhead } from '../figures/clock-skew.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import { type Evidence, noEvidence } from './evidence.ts';
import { isProbedRoute } from './evidence-route.ts';
import type { Finding } from './finding.ts';
import { failuresToFail, latestRecordS, restUntil } from './rest.ts';

/** A refused route is asked again after a day, because channels change. */
const refusedForS = 86_400;
/** A trial that never reported back counts as dropped after this time. */
const trialTimeoutS = 120;
/** The weight of a new measurement in the moving average. */
const newestWeight = 0.3;

/** Failures that a single probe confirms: waiting a moment doesn't cure them. */
const lastingKinds: readonly (ErrorKind | null)[] = ['not_found', 'auth', 'quota', 'bad_request'];

/**
 * The evidence after one more finding on its route. Findings may arrive late and out of order: one from
 * before the last finding doesn't change the state.
 * A thousand requests that were under way together when a channel failed are one failure.
 */
export function nextEvidence(
  before: Evidence | null,
  finding: Finding,
  intervalS: number,
): Evidence {
  const entry = withoutFuture(before ?? noEvidence(finding.route, finding.at), finding.at);
  const isOutdated = finding.at < Math.max(entry.proved_at ?? 0, entry.found_at);
  if (isOutdated && finding.outcome !== 'success') return entry;
  switch (finding.outcome) {
    case 'success':
      return afterSuccess(entry, finding);
    case 'refused':
      if (!isCounted(entry, finding)) return entry;
      return isFirstRefusalOfProven(entry, finding)
        ? afterFailure(entry, { ...finding, kind: 'not_found' }, intervalS)
        : afterRefusal(entry, finding);
    case 'gated':
      return finding.by === 'traffic' ? withoutTrial(entry) : afterGate(entry, finding);
    case 'failure':
      return afterFailure(entry, finding, intervalS);
    case 'none':
      return withoutTrial(entry);
  }
}

/** Marks the one request that tries a model after its rest. */
export function beginTrial(entry: Evidence, nowS: number): Evidence {
  return entry.failures > 0 ? { ...entry, trial_at: nowS } : entry;
}

/** `resting`: nothing may be sent. `half_open`: one request may, as a trial. */
export const rests = ['none', 'half_open', 'resting'] as const;
export type Rest = (typeof rests)[number];

/** Whether the failures in a row still keep requests away. */
export function restOf(entry: Evidence, nowS: number): Rest {
  const { failures, found_at, rest_until, trial_at } = entry;
  if (failures === 0) return 'none';
  // A finding from the future comes from a wrong clock, and its rest would last too long.
  const isOver = rest_until === null || rest_until <= nowS || isAhead(found_at, nowS);
  const isTried = trial_at !== null && nowS - trial_at < trialTimeoutS;
  return isOver && !isTried ? 'half_open' : 'resting';
}

function afterSuccess(entry: Evidence, finding: Finding): Evidence {
  const { at, by } = finding;
  const first_token_s = smoothed(entry.first_token_s, finding.first_token_s);
  const proof = { proved_by: by === 'traffic' ? 'traffic' : 'probe', first_token_s } as const;
  const isLate = entry.failures > 0 && at < entry.found_at;
  if (isLate) return { ...entry, first_token_s };
  return {
    ...calm(entry),
    ...proof,
    state: 'proven',
    since: entry.state === 'proven' ? entry.since : at,
    found_at: Math.max(at, entry.found_at),
    proved_at: Math.max(at, entry.proved_at ?? 0),
    is_wrong_answer: finding.is_wrong_answer ?? entry.is_wrong_answer,
    ...(finding.lacks_end === undefined ? {} : { lacks_end: finding.lacks_end }),
  };
}

/** One refusal by a channel that has served the route may be a restart; the second one counts. */
function isFirstRefusalOfProven({ state, failures }: Evidence, { by }: Finding): boolean {
  return by === 'traffic' && state === 'proven' && failures === 0;
}

function afterRefusal(entry: Evidence, { at, kind, message }: Finding): Evidence {
  return {
    ...calm(entry),
    state: 'refused',
    since: entry.state === 'refused' ? entry.since : at,
    found_at: at,
    rest_until: at + refusedForS,
    error_kind: kind,
    error: message,
  };
}

/** A gate that probes meet says nothing about clients that get through it: they try it again themselves. */
function afterGate(entry: Evidence, { at, kind, message }: Finding): Evidence {
  const isServed = entry.state === 'proven' && entry.proved_by === 'traffic';
  if (isServed && entry.failures === 0) return entry;
  const since = entry.state === 'unprovable' ? entry.since : at;
  const found = { found_at: at, error_kind: kind, error: message };
  return { ...calm(entry), ...found, state: 'unprovable', since };
}

function afterFailure(entry: Evidence, finding: Finding, intervalS: number): Evidence {
  const { at, by, kind, message, retry_after_s: retryAfterS } = finding;
  if (!isCounted(entry, finding)) return entry;
  const isFinal = by === 'run' || (by === 'recheck' && lastingKinds.includes(kind));
  const counted = entry.failures + 1;
  const failures = isFinal ? Math.max(counted, failuresToFail) : counted;
  const state = failures >= failuresToFail ? failedState(entry) : entry.state;
  return {
    ...entry,
    state,
    since: state === entry.state ? entry.since : at,
    found_at: at,
    failures,
    failing_since: entry.failing_since ?? at,
    rest_until: restUntil(at, failures, { intervalS, retryAfterS }),
    trial_at: null,
    error_kind: kind,
    error: message,
  };
}

/** One that was sent before the last failure was known shows nothing new. */
function isCounted({ failures, found_at }: Evidence, { by, began_at }: Finding): boolean {
  return by === 'run' || failures === 0 || began_at >= found_at;
}

/** Records may be an hour late; what is further ahead of them was found by a wrong clock. */
function withoutFuture(entry: Evidence, at: number): Evidence {
  if (entry.found_at <= at + latestRecordS) return entry;
  const proved_at = entry.proved_at === null ? null : Math.min(entry.proved_at, at);
  return { ...entry, found_at: at, since: Math.min(entry.since, at), proved_at };
}

/** What can't be probed stays as it is, or nothing could ever prove it again. */
function failedState({ state, route }: Evidence): Evidence['state'] {
  const isProbed = state !== 'unprovable' && state !== 'skipped' && isProbedRoute(route);
  return isProbed ? 'failed' : state;
}

function withoutTrial(entry: Evidence): Evidence {
  return entry.trial_at === null ? entry : { ...entry, trial_at: null };
}

function calm(entry: Evidence): Evidence {
  const nothing = { failures: 0, failing_since: null, rest_until: null, trial_at: null };
  return { ...entry, ...nothing, error_kind: null, error: null };
}

function smoothed(before: number | null, measured: number | null): number | null {
  if (measured === null || before === null) return measured ?? before;
  const next = before + newestWeight * (measured - before);
  return Math.round(next * 10_000) / 10_000;
}
