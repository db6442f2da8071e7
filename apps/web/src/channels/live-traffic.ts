import { type Breaker, breakerOf, nextBreaker, proofOf } from '@api-monitor/core';
import type { BreakerEvent, Channel, LatestModel } from './channel.ts';

/** The failures of live traffic to a model. */
export interface LiveTrouble {
  failures: number;
  /** Unix seconds. */
  failedAt: number | null;
  error: string;
  isBreakerOpen: boolean;
}

/**
 * The failures of the gateway's requests to a model; null if the last one succeeded, or a probe since then.
 * An event reports a breaker before its failed requests are counted.
 */
export function liveTrouble(model: LatestModel): LiveTrouble | null {
  const { breaker } = model;
  if (!breaker && model.live_failures === 0) return null;
  return {
    failures: Math.max(model.live_failures, breaker?.failures ?? 0),
    failedAt: Math.max(model.live_failed_at ?? 0, breaker?.failed_at ?? 0) || null,
    error: model.live_error ?? breaker?.error ?? '',
    isBreakerOpen: Boolean(breaker),
  };
}

export type LiveTone = 'warn' | 'bad';

/** Failures are worse if a probe or an open breaker confirms them. */
export function liveTone(model: LatestModel): LiveTone | null {
  if (!liveTrouble(model)) return null;
  return model.breaker || (!model.success && !model.skipped) ? 'bad' : 'warn';
}

/** The channel after a gateway's breaker for one of its models changed. */
export function applyBreaker(channel: Channel, event: BreakerEvent): Channel {
  const index = channel.latest_models.findIndex((it) => it.model === event.model);
  const before = channel.latest_models[index];
  if (!before) return channel;
  const after = { ...before, breaker: breakerOf(event) };
  return { ...channel, latest_models: channel.latest_models.with(index, after) };
}

/** The breaker in a list, or the one known from an event unless the list's probe closes it. */
export function listedBreaker(model: LatestModel, known: Breaker | null): Breaker | null {
  const { open_breaker: listed } = model;
  if (!listed) return breakerAfterProbe(known, model);
  const { failures, error, opened_at: failed_at } = listed;
  return { failures, error, failed_at, trial_at: null };
}

/** Treats the probe as just ended, because the page's clock may be wrong. */
export function breakerAfterProbe(
  breaker: Breaker | null,
  probe: Pick<LatestModel, 'success' | 'error_kind' | 'timestamp'>,
): Breaker | null {
  return nextBreaker(breaker, { kind: 'probed', proof: proofOf(probe) }, probe.timestamp);
}
