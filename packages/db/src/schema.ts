import type {
  ErrorKind,
  GatewayRoute,
  RequestOutcome,
  Route,
  RunStatus,
  RunTrigger,
  TargetStatus,
  WireProtocol,
} from '@api-monitor/core';
import type { Generated, Selectable } from 'kysely';
import type {
  AdminSessionsTable,
  AuditLogTable,
  RecoveryCodesTable,
  SecondFactorTable,
} from './admin/administration-tables.ts';

/** A boolean as both SQLite and Postgres keep it here. */
export type Bit = 0 | 1;

/** Tables carry the wire's names. Times are Unix seconds, JSON is text, secrets are sealed. */
export interface Schema {
  targets: TargetsTable;
  runs: RunsTable;
  run_models: RunModelsTable;
  model_states: ModelStatesTable;
  probe_totals: ProbeTotalsTable;
  app_settings: AppSettingsTable;
  proxy_keys: ProxyKeysTable;
  proxy_requests: ProxyRequestsTable;
  proxy_totals: ProxyTotalsTable;
  status_items: StatusItemsTable;
  admin_sessions: AdminSessionsTable;
  second_factor: SecondFactorTable;
  recovery_codes: RecoveryCodesTable;
  audit_log: AuditLogTable;
}

interface TargetsTable {
  id: Generated<number>;
  name: string;
  base_url: string;
  /** Sealed by the secret box. */
  api_key: string;
  enabled: Bit;
  interval_min: number;
  timeout_s: number;
  verify_ssl: Bit;
  prompt: string;
  anthropic_version: string;
  max_models: number;
  source_url: string | null;
  sort_order: number;
  visitor_channel_actions_enabled: Bit;
  /** JSON: string[]. */
  selected_models: string;
  /** JSON: string[], every model that the channel last listed; null before the first list. */
  listed_models: string | null;
  created_at: number;
  updated_at: number;
  last_run_at: number | null;
  last_status: TargetStatus | null;
  last_total: number;
  last_success: number;
  last_fail: number;
  last_log_file: string | null;
  last_error: string | null;
  /** Since when it is gone for everyone, while its history is being deleted. */
  deleted_at: number | null;
  /** Grows with every change of the configuration or of a model's state: gateways follow it. */
  revision: Generated<number>;
}

interface RunsTable {
  id: Generated<number>;
  target_id: number;
  started_at: number;
  finished_at: number | null;
  status: RunStatus;
  total: number;
  success: number;
  fail: number;
  skipped: number;
  log_file: string | null;
  error: string | null;
  trigger: RunTrigger;
  /** When the worker last said that the run is alive; null in runs of the older tool. */
  heartbeat_at: number | null;
}

interface RunModelsTable {
  id: Generated<number>;
  run_id: number;
  target_id: number;
  protocol: WireProtocol;
  model: string;
  stream: Bit;
  duration: number;
  success: Bit;
  transport_success: Bit;
  tool_calls_count: number;
  /** JSON: ToolCall[]. */
  tool_calls: string;
  content: string;
  timestamp: number;
  error: string | null;
  error_kind: ErrorKind | null;
  status_code: number | null;
  route: Route;
  endpoint: string;
  first_token_s: number | null;
  output_tokens: number | null;
  output_tokens_per_s: number | null;
}

/** The maintained summary: one row for each target and model, written with the run itself. */
interface ModelStatesTable {
  target_id: number;
  model: string;
  protocol: WireProtocol;
  route: Route;
  success: Bit;
  duration: number;
  error: string | null;
  error_kind: ErrorKind | null;
  status_code: number | null;
  timestamp: number;
  first_token_s: number | null;
  output_tokens_per_s: number | null;
  last_success_at: number | null;
  /** When `success` last flipped, or the first probe. */
  state_since: number;
  run_id: number;
  /** Whether the target's last completed run probed this model. */
  in_last_run: Bit;
  /** How often live traffic failed there since it, or a probe, last succeeded. */
  live_failures: Generated<number>;
  live_failed_at: number | null;
  live_error: string | null;
  /** Smoothed time to the first byte of live streams, in seconds. */
  live_first_byte_s: number | null;
  /** JSON, opaque here: what worked for probing this model on this channel. */
  remembered: string | null;
  /** JSON: HistoryPoint[], oldest first. The widest column stands last: reads without it stay short. */
  history: string;
}

/** The probes of one model on one channel within one period in sum; those skipped are not counted. */
interface ProbeTotalsTable {
  id: Generated<number>;
  target_id: number;
  /** How long the period is: one of `probePeriods`. */
  period_s: number;
  /** The period's start, a whole multiple of its length (days are UTC's). */
  starts_at: number;
  model: string;
  protocol: WireProtocol;
  probes: number;
  successes: number;
  /** JSON: Histogram of the durations of those that passed. */
  durations: string;
  /** JSON: Histogram of the first tokens of those that passed and streamed. */
  first_tokens: string;
  /** JSON: how many failed, by kind. */
  errors: string;
}

interface AppSettingsTable {
  key: string;
  /** Sealed where the key is one of `secretSettingKeys`. */
  value: string;
  updated_at: number;
}

interface ProxyKeysTable {
  id: Generated<number>;
  name: string;
  /** SHA-256 of the key, in hex; the key itself is kept nowhere. */
  key_hash: string;
  key_prefix: string;
  /** JSON: number[]. */
  allowed_targets: string;
  /** JSON: string[] of "channel/model". */
  allowed_models: string;
  description: string;
  enabled: Bit;
  created_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
  last_used_target_id: number | null;
  expires_at: number | null;
  rpm_limit: number | null;
  tpm_limit: number | null;
  /** Grows with every change that matters to a gateway: use alone is none. */
  revision: Generated<number>;
}

/** One row for each request through the gateway; never any content. */
interface ProxyRequestsTable {
  id: Generated<number>;
  /** Unique: a batch that is delivered twice is written once. */
  request_id: string;
  timestamp: number;
  key_id: number | null;
  key_name: string;
  target_id: number | null;
  target_name: string | null;
  requested_model: string;
  model: string | null;
  route: GatewayRoute;
  stream: Bit;
  status: number;
  /** JSON: ProxyAttempt[]. */
  attempts: string;
  first_byte_s: number | null;
  duration_s: number;
  input_tokens: number | null;
  output_tokens: number | null;
  request_bytes: number;
  response_bytes: number;
  error_kind: ErrorKind | null;
  error: string | null;
  /** Follows from the status and the error; kept, so that the few bad ones are found at once. */
  outcome: RequestOutcome;
}

/** The requests of one hour in sum, so that totals never read the requests themselves. */
interface ProxyTotalsTable {
  /** The hour's start. */
  hour: number;
  /** 0: the master token. */
  key_id: number;
  /** 0: no channel was chosen. */
  target_id: number;
  /** '': none was chosen. */
  model: string;
  route: GatewayRoute;
  outcome: RequestOutcome;
  key_name: string;
  target_name: string | null;
  requests: number;
  failures: number;
  input_tokens: number;
  output_tokens: number;
  /** The sum of the first bytes, in seconds, and how many there were. */
  first_byte_sum_s: number;
  first_byte_count: number;
}

/** What the public status page shows, under public names. */
interface StatusItemsTable {
  id: Generated<number>;
  /** Unique: its name in addresses. */
  slug: string;
  name: string;
  /** null: the model of whatever channel offers it. */
  target_id: number | null;
  /** null: the whole channel. */
  model: string | null;
  sort_order: number;
}

export type TargetTableRow = Selectable<TargetsTable>;
export type RunModelTableRow = Selectable<RunModelsTable>;
export type ProbeTotalsTableRow = Selectable<ProbeTotalsTable>;
export type ModelStateTableRow = Selectable<ModelStatesTable>;
export type ProxyKeyTableRow = Selectable<ProxyKeysTable>;
export type ProxyRequestTableRow = Selectable<ProxyRequestsTable>;
export type ProxyTotalsRow = Selectable<ProxyTotalsTable>;
