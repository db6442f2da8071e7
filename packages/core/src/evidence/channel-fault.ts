import type { z } from 'zod';
import { isAhead } from '../figures/clock-skew.ts';
import type { channelFaultShape } from './channel-fault-shape.ts';
import { type Finding, isChannelLimit, isOfWholeChannel } from './finding.ts';
import { busyUntil, failuresToFail, latestRecordS, restUntil } from './rest.ts';

// Browsers import this file, so it must not import zod at run time.

export type ChannelFault = z.output<typeof channelFaultShape>;

/** The fault with which nothing on the channel works; null if it has none, is only busy, or only suspected. */
export function outageOf(fault: ChannelFault | null): ChannelFault | null {
  return fault && !isBusy(fault) && !isSuspicion(fault) ? fault : null;
}

/** Until when a channel that had too many requests rests; null if it doesn't. */
export function busyUntilOf(fault: ChannelFault | null, nowS: number): number | null {
  if (!fault || !isBusy(fault) || isAhead(fault.found_at, nowS)) return null;
  return fault.rest_until > nowS ? fault.rest_until : null;
}

function isBusy({ kind }: ChannelFault): boolean {
  return kind === 'rate_limit';
}

/** Whether one model alone got no connection, which may be a passing fault. */
function isSuspicion({ unreached_models }: ChannelFault): boolean {
  return unreached_models?.length === 1;
}

/** Whether nothing on the channel works because clients got no connection. */
export function isUnreachable(fault: ChannelFault | null): boolean {
  return outageOf(fault)?.unreached_models !== undefined;
}

/** Whether a channel that is back needs a run: one that was unreachable for a moment has all its proofs. */
export function needsRunWhenBack(fault: ChannelFault): boolean {
  return !isUnreachable(fault) || fault.failures >= failuresToFail;
}

/** What shows whether a channel is at fault. */
type Shown = Pick<
  Finding,
  | 'outcome'
  | 'scope'
  | 'kind'
  | 'status'
  | 'message'
  | 'by'
  | 'began_at'
  | 'at'
  | 'retry_after_s'
  | 'is_unreached'
>;

/** The model that a finding is about, and how long its channel may rest. */
export interface FindingContext {
  model: string;
  intervalS: number;
}

/**
 * The channel's fault after one more finding about any of its models. Any real answer that was asked for
 * after the fault ends it. A channel that had too many requests is only busy: its proofs hold. One to which
 * two models in a row got no connection is at fault until it answers, whatever it says.
 */
export function nextFault(
  before: ChannelFault | null,
  finding: Shown,
  context: FindingContext,
): ChannelFault | null {
  if (before && isOutdated(before, finding)) return before;
  if (finding.outcome === 'success') return null;
  const outage = outageOf(before);
  if (isOfWholeChannel(finding)) return wholeFault(outage, finding, context.intervalS);
  if (before?.unreached_models && hasAnswered(finding)) {
    return isChannelLimit(finding) ? busyAfter(null, finding) : null;
  }
  if (finding.is_unreached && (!outage || isUnreachable(outage))) {
    return afterUnreached(before, finding, context);
  }
  if (outage) {
    return finding.by === 'recheck' ? stillAtFault(outage, finding.at, context.intervalS) : outage;
  }
  return isChannelLimit(finding) ? busyAfter(before, finding) : before;
}

/** Whether it shows nothing new. A fault that was found later than any record may come has a wrong clock. */
function isOutdated(before: ChannelFault, finding: Shown): boolean {
  const { at, began_at, outcome, is_unreached } = finding;
  if (before.found_at > at + latestRecordS) return false;
  if (!isSuspicion(before)) return began_at < before.found_at;
  // Requests that overlap may meet one outage, and an answer between them shows that there was none.
  return !is_unreached && (outcome === 'success' ? at : began_at) < before.found_at;
}

function hasAnswered({ outcome, status }: Shown): boolean {
  return outcome === 'success' || status !== undefined;
}

function wholeFault(outage: ChannelFault | null, finding: Shown, intervalS: number): ChannelFault {
  const { at, retry_after_s: retryAfterS } = finding;
  const failures = Math.max(failuresToFail, (outage?.failures ?? 0) + 1);
  const rest_until = restUntil(at, failures, { intervalS, retryAfterS });
  const fault = { ...whyOf(finding), since: outage?.since ?? at, found_at: at };
  const { unreached_models } = outage ?? {};
  const isStillUnreached = unreached_models !== undefined && !hasAnswered(finding);
  return { ...fault, failures, rest_until, ...(isStillUnreached ? { unreached_models } : {}) };
}

/** Two models that got no connection within this time of each other, with no answer between, are one fault. */
const sameOutageS = 10;

function afterUnreached(
  before: ChannelFault | null,
  finding: Shown,
  { model, intervalS }: FindingContext,
): ChannelFault {
  const { at } = finding;
  const outage = outageOf(before);
  const isRecent = before?.unreached_models && Math.abs(at - before.found_at) <= sameOutageS;
  const last = outage ?? (isRecent ? before : null);
  const past = last?.unreached_models ?? [];
  const isNew = past.length < 2 && !past.includes(model);
  const unreached_models = isNew ? [...past, model] : past;
  const since = Math.min(last?.since ?? at, at);
  const found_at = Math.max(last?.found_at ?? at, at);
  const failures = (outage?.failures ?? 0) + 1;
  const isOutage = unreached_models.length > 1;
  const rest_until = isOutage
    ? restUntil(found_at, failures, { intervalS, retryAfterS: null })
    : found_at;
  return { ...whyOf(finding), since, found_at, failures, rest_until, unreached_models };
}

function whyOf({ kind, message, status }: Pick<Finding, 'kind' | 'message' | 'status'>) {
  const why = { kind: kind ?? 'upstream', error: message ?? 'no message' };
  return status === undefined ? why : { ...why, status };
}

/** A limit that is met again later than this after the last rest is a new one. */
const sameLimitS = 60;

function busyAfter(before: ChannelFault | null, finding: Shown): ChannelFault {
  const { at, retry_after_s: retryAfterS } = finding;
  const last = before && at - before.rest_until < sameLimitS ? before : null;
  const failures = (last?.failures ?? 0) + 1;
  const rest_until = busyUntil(at, failures, retryAfterS);
  return { ...whyOf(finding), since: last?.since ?? at, found_at: at, failures, rest_until };
}

/** The probe that should have ended it got another failure, so that the channel rests again. */
function stillAtFault(before: ChannelFault, at: number, intervalS: number): ChannelFault {
  const failures = before.failures + 1;
  const rest_until = restUntil(at, failures, { intervalS, retryAfterS: null });
  return { ...before, found_at: at, failures, rest_until };
}

/** A channel's fault, or that it has none, as traffic showed it. */
export interface HeardFault {
  fault: ChannelFault | null;
  at: number;
}

/** By then the database has what traffic showed, and it may have ended the fault again. */
const settledAfterS = 30;

/** Of a stored fault (or none) and what was heard since, the later one. */
export function latestFault(
  stored: ChannelFault | null,
  heard: HeardFault | null,
  nowS: number,
): ChannelFault | null {
  if (!heard || isAhead(heard.at, nowS)) return stored;
  if (stored) return stored.found_at >= heard.at ? stored : heard.fault;
  return nowS - heard.at < settledAfterS ? heard.fault : null;
}
