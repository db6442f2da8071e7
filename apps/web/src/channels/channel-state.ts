import { outageOf } from '@api-monitor/core';
import { memoizeByObject } from '../draw/memoize-by-object.ts';
import type { Channel, LatestModel } from './channel.ts';

/** The state that a channel's dot shows. A current run is shown beside it, not instead of it. */
export type ChannelState =
  | 'healthy'
  | 'live_failing'
  | 'list_failed'
  | 'unprovable'
  | 'error'
  | 'degraded'
  | 'down'
  | 'fault'
  | 'no_models'
  | 'disabled'
  | 'unknown';
export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

type Judged = Pick<Channel, 'enabled' | 'fault' | 'last_status' | 'last_error_kind'> & {
  latest_models: readonly LatestModel[];
};

export function channelState(channel: Judged): ChannelState {
  if (!channel.enabled) return 'disabled';
  if (outageOf(channel.fault)) return 'fault';
  const { ok, bad, resting, skipped } = countModels(channel.latest_models);
  const { last_status, last_error_kind } = channel;
  if (ok + bad === 0) {
    if (last_status === 'error') return 'error';
    if (skipped > 0) return 'unprovable';
    return last_status === 'no_models' ? 'no_models' : 'unknown';
  }
  // Some channels have no list, which isn't a fault.
  const hasListFailed = last_error_kind !== null && last_error_kind !== 'not_found';
  if (bad > 0) return ok === 0 ? 'down' : 'degraded';
  if (resting > 0) return 'live_failing';
  return hasListFailed ? 'list_failed' : 'healthy';
}

export function toneOf(state: ChannelState): Tone {
  switch (state) {
    case 'healthy':
      return 'ok';
    case 'live_failing':
    case 'list_failed':
    case 'degraded':
    case 'no_models':
      return 'warn';
    case 'down':
    case 'error':
    case 'fault':
      return 'bad';
    case 'disabled':
    case 'unprovable':
    case 'unknown':
      return 'idle';
  }
}

/** `idle`: nobody knows whether it works, because it can't or needn't be asked. */
export type ModelState = 'ok' | 'bad' | 'idle';

export function modelState({
  headline: { state },
  gone_at,
}: Pick<LatestModel, 'headline' | 'gone_at'>): ModelState {
  if (gone_at !== null) return 'idle';
  switch (state) {
    case 'proven':
      return 'ok';
    case 'failed':
    case 'refused':
      return 'bad';
    case 'unproven':
    case 'unprovable':
    case 'skipped':
      return 'idle';
  }
}

export interface ModelCounts extends Record<ModelState, number> {
  /** Proven, but the last requests of clients failed. */
  resting: number;
  /** Proven, but with a wrong answer. */
  wrong: number;
  /** Nobody can tell: probes leave it out, or the channel lets only certain programs in. */
  skipped: number;
  /** Vanished from the channel's list. */
  gone: number;
}

/** Cached, because each drawing asks for 200 channels; lists of models are replaced, never changed. */
export const countModels = memoizeByObject(
  (models: readonly LatestModel[]): Readonly<ModelCounts> => {
    const counts: ModelCounts = {
      ok: 0,
      bad: 0,
      idle: 0,
      resting: 0,
      wrong: 0,
      skipped: 0,
      gone: 0,
    };
    for (const model of models) {
      const state = modelState(model);
      counts[state] += 1;
      if (model.gone_at !== null) counts.gone += 1;
      else if (state === 'idle' && model.headline.state !== 'unproven') counts.skipped += 1;
      if (state === 'ok' && model.headline.rest !== 'none') counts.resting += 1;
      if (state === 'ok' && model.headline.is_wrong_answer) counts.wrong += 1;
    }
    return counts;
  },
);
