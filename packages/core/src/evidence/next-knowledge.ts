import type { Route } from '../probes/route.ts';
import { asChannels, type ChannelKeys, nextKeyStates } from '../target-keys/key-state.ts';
import {
  type ChannelFault,
  type FindingContext,
  isUnreachable,
  nextFault,
  outageOf,
} from './channel-fault.ts';
import type { Evidence } from './evidence.ts';
import { type EvidenceRoute, isProbedRoute } from './evidence-route.ts';
import { type Finding, isChannelLimit, isOfWholeChannel } from './finding.ts';
import { nextEvidence } from './next-evidence.ts';
import { isLongDead, longestRestS } from './rest.ts';

/** What is known about a model on all routes, and about its channel. */
export interface Knowledge {
  evidence: readonly Evidence[];
  fault: ChannelFault | null;
  /** Absent if the channel has only one key, whose faults are its own. */
  keys?: ChannelKeys | undefined;
}

/**
 * What is known after one more finding about a model. What concerns one of the channel's keys is noted for
 * that key, and is the channel's only if none of the others can be used.
 */
export function nextKnowledge(
  before: Knowledge,
  given: Finding,
  context: FindingContext,
): Knowledge {
  const finding = isOfRouteAlone(before, given) ? { ...given, scope: 'route' as const } : given;
  const { keys } = before;
  if (!keys || finding.key === undefined) return nextOfChannel(before, finding, context);
  const states = nextKeyStates(keys.states, finding);
  const after = states === keys.states ? keys : { ...keys, states };
  const shown = asChannels(finding, after);
  if (shown === null) return after === keys ? before : { ...before, keys: after };
  const next = nextOfChannel(before, shown, context);
  return next === before && after === keys ? before : { ...next, keys: after };
}

/**
 * What is known after one more finding about a model. After a failure of the whole model, every route on
 * which it was proven rests; one of the whole channel leaves the routes as they are, because the fault
 * outweighs them until it ends, and counts only if the model hasn't answered since; so does a connection
 * that failed while the channel is unreachable. Too many requests are a
 * failure of the model, beside which the channel is busy for a moment.
 */
function nextOfChannel(
  before: Knowledge,
  finding: Finding,
  { model, intervalS }: FindingContext,
): Knowledge {
  const own = before.evidence.find(({ route }) => route === finding.route) ?? null;
  if (own && !before.fault && isProvenJustNow(own, finding)) return before;
  const longestS = longestRestS(intervalS, finding.at - servedAt(before.evidence));
  const isOfChannel = isOfWholeChannel(finding);
  const isLimit = isChannelLimit(finding);
  const isUnreached = finding.is_unreached === true;
  const isLate =
    (isOfChannel || isLimit || isUnreached) && finding.at < answeredAt(before.evidence);
  const fault = isLate
    ? before.fault
    : nextFault(before.fault, finding, { model, intervalS: longestS });
  if (isOfChannel || isOfOutage(finding, fault))
    return isLate ? before : { evidence: before.evidence, fault };
  const isOfModel = isLimit || (finding.outcome === 'failure' && finding.scope === 'model');
  const others = before.evidence.filter((entry) => entry !== own);
  const next = nextEvidence(own, finding, longestS);
  const isBack = finding.by === 'run' && next.state === 'proven' && own?.state !== 'proven';
  const kept =
    next.state === 'proven' ? others.filter((one) => !isRefuted(one, isBack, next)) : others;
  const evidence = [
    ...kept.map((entry) =>
      isOfModel && entry.state === 'proven' ? afterOtherRoute(entry, finding, longestS) : entry,
    ),
    next,
  ];
  return { evidence, fault };
}

/**
 * Whether a refusal of the channel's key or account is one of its route alone. Relays refuse the routes that
 * they don't serve in the same words, and a client chooses the route, so only one that has worked shows a
 * fault of the channel. A probe may also find it on a model that works on no route.
 */
function isOfRouteAlone({ evidence }: Knowledge, finding: Finding): boolean {
  if (!isOfWholeChannel(finding)) return false;
  if (evidence.some(({ route, state }) => route === finding.route && state === 'proven')) {
    return false;
  }
  return finding.by === 'traffic' || isProvenElsewhere(evidence, finding.route);
}

/** Whether it met again that the channel is unreachable. */
function isOfOutage(
  { outcome, status, by, is_unreached }: Finding,
  fault: ChannelFault | null,
): boolean {
  if (outcome !== 'failure' || status !== undefined || !isUnreachable(fault)) return false;
  return is_unreached === true || by === 'recheck';
}

/** A busy gateway finds the same thousands of times a second. */
const repeatedS = 1;

/** Whether the answer shows nothing but what traffic showed a moment ago. */
function isProvenJustNow(entry: Evidence, finding: Finding): boolean {
  const { outcome, by, at, first_token_s, is_wrong_answer, lacks_end } = finding;
  if (outcome !== 'success' || by !== 'traffic') return false;
  const isSame =
    entry.state === 'proven' &&
    entry.proved_by === 'traffic' &&
    entry.failures === 0 &&
    entry.error_kind === null &&
    at >= entry.found_at &&
    at - (entry.proved_at ?? 0) < repeatedS;
  const isNew = first_token_s !== null || is_wrong_answer !== null || lacks_end !== undefined;
  return isSame && !isNew;
}

/** The findings of one probe come within this time. */
const sameProbeS = 600;

/**
 * Whether an earlier failure or refusal counts no more, now that the model is proven on another route: a run
 * has found that it works again, or no probe has asked there for a day.
 */
function isRefuted(entry: Evidence, isBack: boolean, { found_at: nowS }: Evidence): boolean {
  const isEarlier = nowS - entry.found_at > sameProbeS;
  if (entry.state === 'refused') return isBack && isEarlier;
  const isDoubtful = isBack || isLongDead(entry.failing_since, nowS);
  return entry.state === 'failed' && isEarlier && isDoubtful;
}

/** When a client was last served, on any route; -Infinity if none was. */
function servedAt(evidence: readonly Evidence[]): number {
  const served = evidence.filter(({ proved_by }) => proved_by === 'traffic');
  return Math.max(...served.map(({ proved_at }) => proved_at ?? Number.NEGATIVE_INFINITY));
}

/**
 * Since when a model can't serve on any route on which it was proven, as probes and clients found; null if
 * it can.
 */
export function failingSinceOf({ evidence, fault }: Knowledge): number | null {
  const served = evidence.filter(
    ({ state, proved_at }) => proved_at !== null && state !== 'refused',
  );
  const outage = outageOf(fault);
  const isFailing = served.length > 0 && served.every(({ failures }) => failures > 0);
  if (!isFailing) return outage?.since ?? null;
  const own = Math.max(...served.map(({ failing_since, since }) => failing_since ?? since));
  return outage ? Math.min(outage.since, own) : own;
}

/** When the model last gave a real answer, on any route; 0 if it never did. */
export function answeredAt(evidence: readonly Evidence[]): number {
  return Math.max(0, ...evidence.map(({ proved_at }) => proved_at ?? 0));
}

/** A failure on another route lets this one rest, but only a missing model shows that it has failed too. */
function afterOtherRoute(entry: Evidence, finding: Finding, intervalS: number): Evidence {
  const isGone = finding.kind === 'not_found';
  const by = isGone ? finding.by : 'traffic';
  const next = nextEvidence(entry, { ...finding, by, route: entry.route }, intervalS);
  return next.state === 'failed' && !isGone ? entry : next;
}

/** Whether the model is proven on a route other than this one. */
export function isProvenElsewhere(evidence: readonly Evidence[], route: EvidenceRoute): boolean {
  return evidence.some((entry) => entry.route !== route && entry.state === 'proven');
}

/** A single probe that a model needs: on which route, and when its rest is over. */
export interface Recheck {
  route: Route;
  at: number;
}

/**
 * The next single probe of a model; null if it needs none. Routes that only clients use are theirs to try
 * again.
 */
export function nextRecheck(evidence: readonly Evidence[]): Recheck | null {
  const due = evidence.flatMap(({ route, state, failures, failing_since, rest_until }) => {
    const isAskable = failures > 0 && (state === 'proven' || state === 'failed');
    if (!isAskable || rest_until === null || !isProbedRoute(route)) return [];
    return isLongDead(failing_since, rest_until) ? [] : { route, at: rest_until };
  });
  return due.sort((a, b) => a.at - b.at)[0] ?? null;
}

/** When a single probe should ask a model again; null if none is due. */
export function recheckAt(evidence: readonly Evidence[]): number | null {
  return nextRecheck(evidence)?.at ?? null;
}
