import { percentOf } from '@api-monitor/core';
import type { Channel } from './channel.ts';
import { channelState, countModels, toneOf } from './channel-state.ts';

export type ChannelTotals = ReturnType<typeof sumUpChannels>;

/** The figures of the header. Models that can't be asked are neither alive nor failing, and don't count. */
export function sumUpChannels(channels: readonly Channel[]) {
  const totals = {
    channels: channels.length,
    models: 0,
    healthy: 0,
    /** Percent of models that work now; null if none was asked. */
    rate: null as number | null,
    running: 0,
    /** Enabled channels that are not healthy. */
    trouble: 0,
    /** Enabled channels that have a verdict. */
    judged: 0,
    lastRunAt: null as number | null,
  };
  for (const channel of channels) addChannel(totals, channel);
  totals.rate = percentOf(totals.healthy, totals.models);
  return totals;
}

function addChannel(totals: ChannelTotals, channel: Channel): void {
  const { ok, bad } = countModels(channel.latest_models);
  if (channel.running) totals.running += 1;
  if (channel.last_run_at !== null) {
    totals.lastRunAt = Math.max(totals.lastRunAt ?? 0, channel.last_run_at);
  }
  // A paused channel's last verdict is old, so it only counts as a channel.
  if (!channel.enabled) return;
  totals.models += ok + bad;
  totals.healthy += ok;
  const tone = toneOf(channelState(channel));
  if (tone !== 'idle') totals.judged += 1;
  if (tone === 'warn' || tone === 'bad') totals.trouble += 1;
}
