import {
  type ColumnPlan,
  defaultsTo,
  id,
  integer,
  owned,
  required,
  seconds,
  text,
} from '../steps/column-plan.ts';

/** The defaults of the first release. */
export const firstPrompt =
  'What is the exact model identifier (model string) you are using for this chat/session?';
export const firstAnthropicVersion = '2023-06-01';

export const targetsColumns: readonly ColumnPlan[] = [
  id,
  text('name', (column) => column.notNull().unique()),
  text('base_url', required),
  text('api_key', required),
  integer('enabled', defaultsTo(1)),
  integer('interval_min', defaultsTo(30)),
  seconds('timeout_s', defaultsTo(30)),
  integer('verify_ssl', defaultsTo(1)),
  text('prompt', defaultsTo(firstPrompt)),
  text('anthropic_version', defaultsTo(firstAnthropicVersion)),
  integer('max_models', defaultsTo(0)),
  text('source_url'),
  integer('sort_order', defaultsTo(0)),
  integer('visitor_channel_actions_enabled', defaultsTo(0)),
  text('selected_models', defaultsTo('[]')),
  text('listed_models'),
  seconds('created_at', defaultsTo(0)),
  seconds('updated_at', defaultsTo(0)),
  seconds('last_run_at'),
  text('last_status'),
  integer('last_total', defaultsTo(0)),
  integer('last_success', defaultsTo(0)),
  integer('last_fail', defaultsTo(0)),
  text('last_log_file'),
  text('last_error'),
];

export const runsColumns: readonly ColumnPlan[] = [
  id,
  integer('target_id', owned('targets.id')),
  seconds('started_at', required),
  seconds('finished_at'),
  text('status', required),
  integer('total', defaultsTo(0)),
  integer('success', defaultsTo(0)),
  integer('fail', defaultsTo(0)),
  integer('skipped', defaultsTo(0)),
  text('log_file'),
  text('error'),
  text('trigger', defaultsTo('schedule')),
  seconds('heartbeat_at'),
];

export const runModelsColumns: readonly ColumnPlan[] = [
  id,
  integer('run_id', owned('runs.id')),
  integer('target_id', owned('targets.id')),
  text('protocol', required),
  text('model', required),
  integer('stream', defaultsTo(0)),
  seconds('duration', defaultsTo(0)),
  integer('success', defaultsTo(0)),
  integer('transport_success', defaultsTo(0)),
  integer('tool_calls_count', defaultsTo(0)),
  text('tool_calls', defaultsTo('[]')),
  text('content', defaultsTo('')),
  seconds('timestamp', required),
  text('error'),
  integer('status_code'),
  text('route', defaultsTo('chat')),
  text('endpoint', defaultsTo('')),
  text('error_kind'),
  seconds('first_token_s'),
  integer('output_tokens'),
  seconds('output_tokens_per_s'),
];

export const appSettingsColumns: readonly ColumnPlan[] = [
  text('key', (column) => column.primaryKey()),
  text('value', required),
  seconds('updated_at', defaultsTo(0)),
];

export const proxyKeysColumns: readonly ColumnPlan[] = [
  id,
  text('name', required),
  text('key_hash', (column) => column.notNull().unique()),
  text('key_prefix', defaultsTo('')),
  text('allowed_targets', defaultsTo('[]')),
  text('allowed_models', defaultsTo('[]')),
  text('description', defaultsTo('')),
  integer('enabled', defaultsTo(1)),
  seconds('created_at', defaultsTo(0)),
  seconds('revoked_at'),
  seconds('last_used_at'),
  integer('last_used_target_id'),
];
