import type { FieldErrors } from '@api-monitor/core';
import type { InferRequestType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import type { Channel } from './channel.ts';

/** The values of the dialog's fields: texts as typed, and switches. */
export const emptyForm = {
  name: '',
  base_url: '',
  api_key: '',
  source_url: '',
  interval_min: '',
  timeout_s: '30',
  enabled: true,
  prompt: '',
  max_models: '0',
  anthropic_version: '',
  verify_ssl: true,
  visitor_channel_actions_enabled: false,
};

export type ChannelForm = typeof emptyForm;
export type FormField = keyof ChannelForm;
export type FormMode = 'new' | 'copy' | 'edit';

/** A change to a channel; a field with its default value is absent. */
type ChannelBody = InferRequestType<ApiClient['api']['targets'][':id']['$patch']>['json'];

/** A channel's settings as the dialog shows them, without the key. */
export function formOf(channel: Channel): ChannelForm {
  return {
    name: channel.name,
    base_url: channel.base_url,
    api_key: '',
    source_url: channel.source_url ?? '',
    interval_min: String(channel.interval_min),
    timeout_s: String(channel.timeout_s),
    enabled: channel.enabled,
    prompt: channel.prompt,
    max_models: String(channel.max_models),
    anthropic_version: channel.anthropic_version,
    verify_ssl: channel.verify_ssl,
    visitor_channel_actions_enabled: channel.visitor_channel_actions_enabled,
  };
}

export function bodyOf(form: ChannelForm) {
  const text = (field: 'api_key' | 'prompt' | 'anthropic_version') =>
    form[field].trim() === '' ? {} : { [field]: form[field].trim() };
  const number = (field: 'interval_min' | 'timeout_s' | 'max_models') =>
    form[field].trim() === '' ? {} : { [field]: Number(form[field]) };
  return {
    name: form.name.trim(),
    base_url: form.base_url.trim(),
    source_url: form.source_url.trim() === '' ? null : form.source_url.trim(),
    enabled: form.enabled,
    verify_ssl: form.verify_ssl,
    visitor_channel_actions_enabled: form.visitor_channel_actions_enabled,
    ...text('api_key'),
    ...text('prompt'),
    ...text('anthropic_version'),
    ...number('interval_min'),
    ...number('timeout_s'),
    ...number('max_models'),
  } satisfies ChannelBody;
}

/** The errors that the page can find itself; only the server knows the bounds. */
export function faultsOf(form: ChannelForm, mode: FormMode, stored: Channel | null): FieldErrors {
  const faults: FieldErrors = {};
  if (form.name.trim() === '') faults.name = { code: 'required' };
  if (form.base_url.trim() === '') faults.base_url = { code: 'required' };
  else if (!isHttpUrl(form.base_url)) faults.base_url = { code: 'wrong_format' };
  if (form.source_url.trim() !== '' && !isHttpUrl(form.source_url)) {
    faults.source_url = { code: 'wrong_format' };
  }
  for (const field of ['interval_min', 'timeout_s', 'max_models'] as const) {
    if (Number.isNaN(Number(form[field]))) faults[field] = { code: 'wrong_type' };
  }
  if (form.api_key.trim() === '') {
    if (mode !== 'edit') faults.api_key = { code: 'required' };
    else if (!faults.base_url && movesAway(form, stored)) faults.api_key = { code: 'reenter_key' };
  }
  return faults;
}

/** Whether the stored key would go to another server. */
function movesAway(form: ChannelForm, stored: Channel | null): boolean {
  const [before, after] = [URL.parse(stored?.base_url ?? ''), URL.parse(form.base_url.trim())];
  return before !== null && after !== null && before.origin !== after.origin;
}

function isHttpUrl(raw: string): boolean {
  const url = URL.parse(raw.trim());
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}
