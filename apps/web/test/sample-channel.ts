import type { Channel, HistoryPoint, LatestModel } from '../src/channels/channel.ts';

/** Channels, models and points for tests: healthy unless `given` says otherwise. */
export function sampleChannel(given: Partial<Channel> = {}): Channel {
  return {
    id: 1,
    name: 'Aurora',
    base_url: 'https://aurora.example.com',
    api_key: 'sk-au…rora',
    enabled: true,
    interval_min: 30,
    timeout_s: 30,
    verify_ssl: true,
    prompt: 'Which model are you?',
    anthropic_version: '2023-06-01',
    max_models: 0,
    source_url: null,
    sort_order: 1,
    visitor_channel_actions_enabled: false,
    selected_models: [],
    created_at: 1,
    updated_at: 1,
    last_log_file: null,
    last_run_at: 1000,
    last_status: 'healthy',
    last_total: 1,
    last_success: 1,
    last_fail: 0,
    last_error: null,
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
    protocol: 'openai',
    route: 'chat',
    model: 'gpt-4o',
    success: true,
    skipped: false,
    duration: 1.2,
    error: null,
    error_kind: null,
    status_code: 200,
    timestamp: 1000,
    first_token_s: 0.3,
    output_tokens_per_s: 60,
    state_since: 500,
    last_success_at: 1000,
    live_failures: 0,
    live_failed_at: null,
    live_error: null,
    live_first_byte_s: null,
    history: [samplePoint()],
    ...given,
  };
}

export function samplePoint(given: Partial<HistoryPoint> = {}): HistoryPoint {
  return {
    success: true,
    duration: 1.2,
    timestamp: 1000,
    error: null,
    error_kind: null,
    status_code: 200,
    first_token_s: 0.3,
    ...given,
  };
}
