import type { Channel } from './channel.ts';
import { channelState, countModels, toneOf } from './channel-state.ts';

/** The header's figures. Skipped models are neither alive nor failing and weigh nothing. */
export interface ChannelTotals {
  channels: number;
  models: number;
  healthy: number;
  /** Percent of probed models that pass; null where none was probed. */
  rate: number | null;
  running: number;
  /** Channels in use that are not healthy. */
  trouble: number;
  /** Channels in use that have a verdict. */
  judged: number;
  lastRunAt: number | null;
}

export function sumUpChannels(channels: readonly Channel[]): ChannelTotals {
  const totals: ChannelTotals = {
    channels: channels.length,
    models: 0,
    healthy: 0,
    rate: null,
    running: 0,
    trouble: 0,
    judged: 0,
    lastRunAt: null,
  };
  for (const channel of channels) addChannel(totals, channel);
  if (totals.models > 0) totals.rate = Math.floor((totals.healthy / totals.models) * 1000) / 10;
  return totals;
}

function addChannel(totals: ChannelTotals, channel: Channel): void {
  const { ok, bad } = countModels(channel.latest_models);
  if (channel.running) totals.running += 1;
  if (channel.last_run_at !== null) {
    totals.lastRunAt = Math.max(totals.lastRunAt ?? 0, channel.last_run_at);
  }
  // A paused channel's last verdict is no news, so it counts as a channel only.
  if (!channel.enabled) return;
  totals.models += ok + bad;
  totals.healthy += ok;
  const tone = toneOf(channelState(channel));
  if (tone !== 'idle') totals.judged += 1;
  if (tone === 'warn' || tone === 'bad') totals.trouble += 1;
}
