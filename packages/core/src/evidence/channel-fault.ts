import type { z } from 'zod';
import { isAhead } from '../figures/clock-skew.ts';
import type { channelFaultShape } from './channel-fault-shape.ts';
import { type Finding, isChannelLimit, isOfWholeChannel } from './finding.ts';
import { busyUntil, failuresToFail, latestRecordS, restUntil } from './rest.ts';

// Browsers import this file, so it must not import zod at run time.

export type ChannelFault = z.output<typeof channelFaultShape>;

/** The fault with which nothing on the channel works; null if it has none, or is only busy. */
export function outageOf(fault: ChannelFault | null): ChannelFault | null {
  return fault && isBusy(fault) ? null : fault;
}

/** Until when a channel that had too many requests rests; null if it doesn't. */
export function busyUntilOf(fault: ChannelFault | null, nowS: number): number | null {
  if (!fault || !isBusy(fault) || isAhead(fault.found_at, nowS)) return null;
  return fault.rest_until > nowS ? fault.rest_until : null;
}

function isBusy({ kind }: ChannelFault): boolean {
  return kind === 'rate_limit';
}

/**
 * The channel's fault after one more finding about any of its models. Any real answer that was asked for
 * after the fault ends it. A channel that had too many requests is only busy: its proofs hold.
 */
export function nextFault(
  before: ChannelFault | null,
  finding: Pick<
    Finding,
    'outcome' | 'scope' | 'kind' | 'status' | 'message' | 'by' | 'began_at' | 'at' | 'retry_after_s'
  >,
  intervalS: number,
): ChannelFault | null {
  const { at, began_at } = finding;
  const isKnown = before !== null && before.found_at <= at + latestRecordS;
  if (isKnown && began_at < before.found_at) return before;
  if (finding.outcome === 'success') return null;
  const outage = outageOf(before);
  if (isOfWholeChannel(finding)) {
    const failures = Math.max(failuresToFail, (outage?.failures ?? 0) + 1);
    const rest_until = restUntil(at, failures, { intervalS, retryAfterS: finding.retry_after_s });
    return { ...whyOf(finding), since: outage?.since ?? at, found_at: at, failures, rest_until };
  }
  if (outage) return finding.by === 'recheck' ? stillAtFault(outage, at, intervalS) : outage;
  return isChannelLimit(finding) ? busyAfter(before, finding) : before;
}

function whyOf({ kind, message, status }: Pick<Finding, 'kind' | 'message' | 'status'>) {
  const why = { kind: kind ?? 'upstream', error: message ?? 'no message' };
  return status === undefined ? why : { ...why, status };
}

/** A limit that is met again later than this after the last rest is a new one. */
const sameLimitS = 60;

function busyAfter(
  before: ChannelFault | null,
  finding: Parameters<typeof nextFault>[1],
): ChannelFault {
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
