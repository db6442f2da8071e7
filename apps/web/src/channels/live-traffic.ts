import type { BreakerEvent, Channel, LatestModel, OpenBreaker } from './channel.ts';

/** How live traffic fails on a model, while it does. */
export interface LiveTrouble {
  failures: number;
  /** Unix seconds. */
  failedAt: number | null;
  error: string;
  isBreakerOpen: boolean;
}

/**
 * What the gateway's requests say against a model; null where the last one, or a probe since, went
 * well. An event tells of a breaker before the records of its requests are counted.
 */
export function liveTrouble(model: LatestModel): LiveTrouble | null {
  const { breaker } = model;
  if (!breaker && model.live_failures === 0) return null;
  return {
    failures: Math.max(model.live_failures, breaker?.failures ?? 0),
    failedAt: Math.max(model.live_failed_at ?? 0, breaker?.openedAt ?? 0) || null,
    error: model.live_error ?? breaker?.error ?? '',
    isBreakerOpen: breaker !== undefined,
  };
}

export type LiveTone = 'warn' | 'bad';

/** Failures that a probe or an open breaker bears out weigh more than failures alone. */
export function liveTone(model: LatestModel): LiveTone | null {
  if (!liveTrouble(model)) return null;
  return model.breaker || (!model.success && !model.skipped) ? 'bad' : 'warn';
}

/** The channel after a gateway opened or closed the breaker of one of its models. */
export function applyBreaker(channel: Channel, event: BreakerEvent, nowS: number): Channel {
  const index = channel.latest_models.findIndex((it) => it.model === event.model);
  const before = channel.latest_models[index];
  if (!before) return channel;
  const { consecutive_failures: failures, error } = event;
  const breaker = event.is_open
    ? { failures, error, openedAt: nowS, probedAt: before.timestamp }
    : undefined;
  return { ...channel, latest_models: channel.latest_models.with(index, { ...before, breaker }) };
}

/** The breaker that a list tells of. */
export function breakerToldBy({ open_breaker: told, timestamp }: LatestModel) {
  if (!told) return undefined;
  const { failures, error, opened_at: openedAt } = told;
  return { failures, error, openedAt, probedAt: timestamp };
}

/** The breaker once more is known of its model: a probe that passed since it opened closes it. */
export function breakerAfter(
  breaker: OpenBreaker | undefined,
  probe: Pick<LatestModel, 'success' | 'timestamp'>,
): OpenBreaker | undefined {
  return breaker && probe.success && probe.timestamp > breaker.probedAt ? undefined : breaker;
}
