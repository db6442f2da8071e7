import { isSkipped } from '@api-monitor/core';
import { memoizeByObject } from '../draw/memoize-by-object.ts';
import type { Channel, LatestModel, TargetStatus } from './channel.ts';
import { liveTrouble } from './live-traffic.ts';

/** The state that a channel's dot shows. A current run is shown beside it, not instead of it. */
export type ChannelState = TargetStatus | 'live_failing' | 'disabled' | 'unknown';
export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

export function channelState(
  channel: Pick<Channel, 'enabled' | 'last_status' | 'latest_models'>,
): ChannelState {
  if (!channel.enabled) return 'disabled';
  if (channel.last_status === 'healthy' && anyFailsLiveTrafficOnly(channel.latest_models)) {
    return 'live_failing';
  }
  return channel.last_status ?? 'unknown';
}

/** Cached, because each drawing asks for 200 channels; lists of models are replaced, never changed. */
const anyFailsLiveTrafficOnly = memoizeByObject((models: readonly LatestModel[]) =>
  models.some(failsLiveTrafficOnly),
);

/** Whether a model passes its probes but fails for real clients. */
function failsLiveTrafficOnly(model: LatestModel): boolean {
  return model.success && liveTrouble(model) !== null;
}

export function toneOf(state: ChannelState): Tone {
  switch (state) {
    case 'healthy':
      return 'ok';
    case 'live_failing':
    case 'degraded':
    case 'no_models':
      return 'warn';
    case 'down':
    case 'error':
      return 'bad';
    case 'disabled':
    case 'unknown':
      return 'idle';
  }
}

export type ModelState = 'ok' | 'bad' | 'skipped';

export function modelState(
  model: Pick<LatestModel, 'success' | 'skipped' | 'error_kind'>,
): ModelState {
  if (model.success) return 'ok';
  return model.skipped || isSkipped(model) ? 'skipped' : 'bad';
}

export interface ModelCounts {
  ok: number;
  bad: number;
  skipped: number;
}

/** Cached like `anyFailsLiveTrafficOnly`. */
export const countModels = memoizeByObject(
  (models: readonly LatestModel[]): Readonly<ModelCounts> => {
    const counts: ModelCounts = { ok: 0, bad: 0, skipped: 0 };
    for (const model of models) counts[modelState(model)] += 1;
    return counts;
  },
);
