import { defaultAnthropicVersion, defaultPrompt, type TargetInput } from '@api-monitor/core';
import { readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';

/** The fields of a new channel, with what holds where nothing is said. */
export async function withTargetDefaults(
  { db, givenSettings }: Pick<ApiDeps, 'db' | 'givenSettings'>,
  fields: Partial<TargetInput> & Pick<TargetInput, 'name' | 'base_url' | 'api_key'>,
): Promise<TargetInput> {
  const { default_interval_min } = await readSettings(db);
  return {
    enabled: true,
    interval_min: default_interval_min ?? givenSettings.default_interval_min,
    timeout_s: 30,
    verify_ssl: true,
    prompt: defaultPrompt,
    anthropic_version: defaultAnthropicVersion,
    max_models: 0,
    source_url: null,
    sort_order: null,
    visitor_channel_actions_enabled: false,
    selected_models: [],
    ...fields,
  };
}
