import type { Channel, HistoryPoint, LatestModel, ProgressEvent } from './channel.ts';
import { breakerAfter } from './live-traffic.ts';

const historyLength = 30;

type Probe = NonNullable<ProgressEvent['probe']>;

/**
 * The channel after one more step of its run: the progress moves on, and a finished probe becomes
 * its model's newest state and last bar. A probe that is known already changes nothing.
 */
export function applyProgress(channel: Channel, event: ProgressEvent): Channel {
  const done = Math.max(event.done, channel.run_progress?.done ?? 0);
  const progressed: Channel = {
    ...channel,
    running: true,
    run_progress: { total: event.total, done: Math.min(done, event.total) },
  };
  if (event.done === 0) progressed.run_progress = { total: event.total, done: 0 };
  const { probe } = event;
  if (!probe) return progressed;
  const index = channel.latest_models.findIndex((it) => it.model === probe.model);
  const before = channel.latest_models[index];
  if (before && before.timestamp >= probe.timestamp) return progressed;
  const after = latestAfter(before, probe);
  progressed.latest_models = before
    ? channel.latest_models.with(index, after)
    : insert(channel.latest_models, after);
  return progressed;
}

/** Where the server will list it too, so that nothing moves when its list comes. */
function insert(models: readonly LatestModel[], added: LatestModel): LatestModel[] {
  const index = models.findIndex((it) => it.model > added.model);
  return models.toSpliced(index < 0 ? models.length : index, 0, added);
}

function latestAfter(before: LatestModel | undefined, probe: Probe): LatestModel {
  const { protocol, route, model, ...point } = probe;
  const changed = !before || before.success !== point.success;
  return {
    protocol,
    route,
    model,
    success: point.success,
    skipped: point.error_kind === 'skipped',
    duration: point.duration,
    error: point.error,
    error_kind: point.error_kind,
    status_code: point.status_code,
    timestamp: point.timestamp,
    first_token_s: point.first_token_s,
    output_tokens_per_s: null,
    state_since: changed ? point.timestamp : before.state_since,
    last_success_at: point.success ? point.timestamp : (before?.last_success_at ?? null),
    ...liveAfter(before, probe),
    history: historyAfter(before, point),
  };
}

/** A probe that passes outweighs the traffic that failed before it. */
function liveAfter(before: LatestModel | undefined, { success, timestamp }: Probe) {
  return {
    live_failures: success ? 0 : (before?.live_failures ?? 0),
    live_failed_at: before?.live_failed_at ?? null,
    live_error: before?.live_error ?? null,
    live_first_byte_s: before?.live_first_byte_s ?? null,
    breaker: breakerAfter(before?.breaker, { success, timestamp }),
  };
}

/** A history that was never loaded stays absent: one bar would pretend to be all there is. */
function historyAfter(before: LatestModel | undefined, point: HistoryPoint) {
  if (before && !before.history) return undefined;
  return [...(before?.history ?? []), point].slice(-historyLength);
}
