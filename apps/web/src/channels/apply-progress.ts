import { isSkipped, nextModelState } from '@api-monitor/core';
import type { Channel, LatestModel, ProgressEvent } from './channel.ts';
import { breakerAfterProbe } from './live-traffic.ts';

type Probe = NonNullable<ProgressEvent['probe']>;

/**
 * The channel after one more step of its run: the progress moves on, and a finished probe becomes its
 * model's newest state and last bar. A probe that is already known changes nothing.
 */
export function applyProgress(channel: Channel, event: ProgressEvent): Channel {
  const { total, probe } = event;
  const known = event.done === 0 ? 0 : (channel.run_progress?.done ?? 0);
  const done = Math.min(Math.max(event.done, known), total);
  const progressed: Channel = { ...channel, running: true, run_progress: { total, done } };
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

/** Inserts it in the server's order, so that nothing moves when the list arrives. */
function insert(models: readonly LatestModel[], added: LatestModel): LatestModel[] {
  const index = models.findIndex((it) => it.model > added.model);
  return models.toSpliced(index < 0 ? models.length : index, 0, added);
}

function latestAfter(before: LatestModel | undefined, probe: Probe): LatestModel {
  const { live_failed_at = null, live_error = null, live_first_byte_s = null } = before ?? {};
  const past = before ? { ...before, history: before.history ?? [] } : null;
  const { history, ...next } = nextModelState(past, probe);
  return {
    ...next,
    skipped: isSkipped(probe),
    ...{ live_failed_at, live_error, live_first_byte_s },
    breaker: breakerAfterProbe(before?.breaker ?? null, probe),
    // A history that was never loaded stays absent: a single bar would look like the whole history.
    history: before && !before.history ? undefined : history,
  };
}
