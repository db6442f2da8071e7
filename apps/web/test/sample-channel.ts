import {
  historyFields,
  modelStateShape,
  pick,
  probedFields,
  targetDefaults,
  targetShape,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import type { Channel, HistoryPoint, LatestModel } from '../src/channels/channel.ts';
import { sampleProbe } from './sample-probe.ts';

/** Channels, models and points for tests: healthy unless `given` says otherwise. */
export function sampleChannel(given: Partial<Channel> = {}): Channel {
  return {
    ...sampleOf(targetShape),
    ...targetDefaults,
    id: 1,
    name: 'Aurora',
    base_url: 'https://aurora.example.com',
    api_key: 'sk-au…rora',
    prompt: 'Which model are you?',
    sort_order: 1,
    last_run_at: 1000,
    last_status: 'healthy',
    last_total: 1,
    last_success: 1,
    last_success_rate: 100,
    running: false,
    can_operate: true,
    next_run_at: 2800,
    run_progress: null,
    latest_models: [sampleModel()],
    ...given,
  };
}

export function sampleModel(given: Partial<LatestModel> = {}): LatestModel {
  return {
    ...sampleOf(modelStateShape),
    ...pick(sampleProbe(), probedFields),
    output_tokens_per_s: 60,
    skipped: false,
    state_since: 500,
    last_success_at: 1000,
    history: [samplePoint()],
    ...given,
  };
}

export function samplePoint(given: Partial<HistoryPoint> = {}): HistoryPoint {
  return { ...pick(sampleProbe(), historyFields), ...given };
}
