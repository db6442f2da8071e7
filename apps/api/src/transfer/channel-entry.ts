import { type TargetInput, targetFieldSchemas } from '@api-monitor/core';
import { z } from 'zod';

const fields = z.object(targetFieldSchemas);

/** A channel as files have it: its settable fields; a name and an address at least. */
export const channelEntrySchema = z.strictObject({
  ...fields.partial().shape,
  ...fields.pick({ name: true, base_url: true }).shape,
});

export type ChannelEntry = Partial<TargetInput> & Pick<TargetInput, 'name' | 'base_url'>;

/** The fields of a channel in a file, in the order in which they are written. */
export const entryFields = [
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
] as const satisfies readonly (keyof TargetInput)[];
