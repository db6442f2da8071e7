import type {
  Breaker,
  BreakerChanged,
  HistoryPoint,
  Route,
  RunProgress,
  RunProgressed,
  TargetStatus,
  WireProtocol,
} from '@api-monitor/core';

/** A model's newest verdict on a channel, as `GET /api/targets` tells it. */
export interface LatestModel {
  protocol: WireProtocol;
  route: Route;
  model: string;
  success: boolean;
  skipped: boolean;
  duration: number;
  error: string | null;
  error_kind: HistoryPoint['error_kind'];
  status_code: number | null;
  timestamp: number;
  first_token_s: number | null;
  output_tokens_per_s: number | null;
  /** When the model last turned from alive to failing or back. */
  state_since: number | null;
  last_success_at: number | null;
  /** Failures of live traffic since it, or a probe, last succeeded. */
  live_failures: number;
  live_failed_at: number | null;
  live_error: string | null;
  /** Smoothed time to the first byte of live streams, in seconds. */
  live_first_byte_s: number | null;
  /** As the list tells it; a later event may know better. */
  open_breaker?: { failures: number; error: string | null; opened_at: number } | null;
  /** As the page knows it, from lists and events. */
  breaker?: Breaker | null;
  /** Oldest first; absent where the list was asked for without it. */
  history?: HistoryPoint[] | undefined;
}

/** A target as the page knows it: the wire's fields that the page reads. */
export interface Channel {
  id: number;
  name: string;
  base_url: string;
  api_key: string;
  enabled: boolean;
  interval_min: number;
  timeout_s: number;
  verify_ssl: boolean;
  prompt: string;
  anthropic_version: string;
  max_models: number;
  source_url: string | null;
  sort_order: number;
  visitor_channel_actions_enabled: boolean;
  selected_models: string[];
  last_run_at: number | null;
  last_status: TargetStatus | null;
  last_total: number;
  last_success: number;
  last_fail: number;
  last_error: string | null;
  last_success_rate: number | null;
  running: boolean;
  can_operate: boolean;
  next_run_at: number | null;
  run_progress: RunProgress | null;
  latest_models: LatestModel[];
}

export type ProgressEvent = RunProgressed['data'];
export type BreakerEvent = BreakerChanged['data'];
export type { HistoryPoint, TargetStatus, WireProtocol };
