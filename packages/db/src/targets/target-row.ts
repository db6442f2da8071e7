import type { Target } from '@api-monitor/core';
import { parseColumn } from '../engine/json-column.ts';
import type { TargetTableRow } from '../schema.ts';

/** Named one by one: a database of the older tool may hold columns that are none of ours. */
export const targetColumns = [
  'id',
  'name',
  'base_url',
  'api_key',
  'enabled',
  'interval_min',
  'timeout_s',
  'verify_ssl',
  'prompt',
  'anthropic_version',
  'max_models',
  'source_url',
  'sort_order',
  'visitor_channel_actions_enabled',
  'selected_models',
  'created_at',
  'updated_at',
  'last_run_at',
  'last_status',
  'last_total',
  'last_success',
  'last_fail',
  'last_log_file',
  'last_error',
] as const;

/** The stored row with its booleans and lists as such; `api_key` stays sealed. */
export function targetOf(row: Pick<TargetTableRow, (typeof targetColumns)[number]>): Target {
  return {
    ...row,
    enabled: Boolean(row.enabled),
    verify_ssl: Boolean(row.verify_ssl),
    visitor_channel_actions_enabled: Boolean(row.visitor_channel_actions_enabled),
    selected_models: parseColumn<string[]>(row.selected_models),
  };
}
