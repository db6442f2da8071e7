import type { Channel, LatestModel, TargetStatus } from './channel.ts';

/** What a channel's dot says; a run under way is told beside it, not instead of it. */
export type ChannelState = TargetStatus | 'disabled' | 'unknown';
export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

export function channelState(channel: Pick<Channel, 'enabled' | 'last_status'>): ChannelState {
  if (!channel.enabled) return 'disabled';
  return channel.last_status ?? 'unknown';
}

export function toneOf(state: ChannelState): Tone {
  switch (state) {
    case 'healthy':
      return 'ok';
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
  return model.skipped || model.error_kind === 'skipped' ? 'skipped' : 'bad';
}

export interface ModelCounts {
  ok: number;
  bad: number;
  skipped: number;
}

export function countModels(models: readonly LatestModel[]): ModelCounts {
  const counts: ModelCounts = { ok: 0, bad: 0, skipped: 0 };
  for (const model of models) counts[modelState(model)] += 1;
  return counts;
}
