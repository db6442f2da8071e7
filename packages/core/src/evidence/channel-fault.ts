import type { z } from 'zod';
import { isAhead } from '../figures/clock-skew.ts';
import type { channelFaultShape } from './channel-fault-shape.ts';
import type { Finding } from './finding.ts';
import { failuresToFail, latestRecordS, restUntil } from './rest.ts';

// Browsers import this file, so it must not import zod at run time.

export type ChannelFault = z.output<typeof channelFaultShape>;

/**
 * The channel's fault after one more finding about any of its models. Any real answer that was asked for
 * after the fault ends it.
 */
export function nextFault(
  before: ChannelFault | null,
  finding: Pick<
    Finding,
    'outcome' | 'scope' | 'kind' | 'status' | 'message' | 'by' | 'began_at' | 'at' | 'retry_after_s'
  >,
  intervalS: number,
): ChannelFault | null {
  const { outcome, scope, at, began_at } = finding;
  const isKnown = before !== null && before.found_at <= at + latestRecordS;
  if (isKnown && began_at < before.found_at) return before;
  if (outcome === 'success') return null;
  const isOfChannel = outcome === 'failure' && scope === 'channel';
  if (!isOfChannel)
    return before && finding.by === 'recheck' ? stillAtFault(before, at, intervalS) : before;
  const failures = Math.max(failuresToFail, (before?.failures ?? 0) + 1);
  return {
    kind: finding.kind ?? 'upstream',
    error: finding.message ?? 'no message',
    ...(finding.status === undefined ? {} : { status: finding.status }),
    since: before?.since ?? at,
    found_at: at,
    failures,
    rest_until: restUntil(at, failures, { intervalS, retryAfterS: finding.retry_after_s }),
  };
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
