import { type Breaker, breakerOf, nextBreaker, proofOf } from '@api-monitor/core';
import type { BreakerEvent, Channel, LatestModel } from './channel.ts';

/** How live traffic fails on a model. */
export interface LiveTrouble {
  failures: number;
  /** Unix seconds. */
  failedAt: number | null;
  error: string;
  isBreakerOpen: boolean;
}

/**
 * What the gateway's requests say against a model; null if the last one, or a probe since, went well. An
 * event shows a breaker before the records of its requests are counted.
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

/** Failures that a probe or an open breaker confirms weigh more than failures alone. */
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

/** The breaker that a list shows, or one that is known from an event and not closed by the list's probe. */
export function listedBreaker(model: LatestModel, known: Breaker | null): Breaker | null {
  const { open_breaker: listed } = model;
  if (!listed) return breakerAfterProbe(known, model);
  const { failures, error, opened_at: failed_at } = listed;
  return { failures, error, failed_at, trial_at: null };
}

/** A page's clock may be wrong, so that a probe is taken to have ended just now. */
export function breakerAfterProbe(
  breaker: Breaker | null,
  probe: Pick<LatestModel, 'success' | 'error_kind' | 'timestamp'>,
): Breaker | null {
  return nextBreaker(breaker, { kind: 'probed', proof: proofOf(probe) }, probe.timestamp);
}
