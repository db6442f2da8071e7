import type { TextKey } from '../i18n/translate.ts';
import type { Channel } from './channel.ts';

/** What the dialog's fields hold: texts as they were typed, and switches. */
export interface ChannelForm {
  name: string;
  base_url: string;
  api_key: string;
  source_url: string;
  interval_min: string;
  timeout_s: string;
  max_models: string;
  prompt: string;
  anthropic_version: string;
  enabled: boolean;
  verify_ssl: boolean;
  visitor_channel_actions_enabled: boolean;
}

export type FormField = keyof ChannelForm;
export type FormMode = 'new' | 'copy' | 'edit';

/** The wire's body: a field that was left to its default is absent. */
export interface ChannelBody {
  name: string;
  base_url: string;
  api_key?: string;
  source_url: string | null;
  interval_min?: number;
  timeout_s?: number;
  max_models?: number;
  prompt?: string;
  anthropic_version?: string;
  enabled: boolean;
  verify_ssl: boolean;
  visitor_channel_actions_enabled: boolean;
}

export const emptyForm: ChannelForm = {
  name: '',
  base_url: '',
  api_key: '',
  source_url: '',
  interval_min: '',
  timeout_s: '30',
  max_models: '0',
  prompt: '',
  anthropic_version: '',
  enabled: true,
  verify_ssl: true,
  visitor_channel_actions_enabled: false,
};

/** A channel's settings as the dialog shows them; the key never comes along. */
export function formOf(channel: Channel): ChannelForm {
  return {
    name: channel.name,
    base_url: channel.base_url,
    api_key: '',
    source_url: channel.source_url ?? '',
    interval_min: String(channel.interval_min),
    timeout_s: String(channel.timeout_s),
    max_models: String(channel.max_models),
    prompt: channel.prompt,
    anthropic_version: channel.anthropic_version,
    enabled: channel.enabled,
    verify_ssl: channel.verify_ssl,
    visitor_channel_actions_enabled: channel.visitor_channel_actions_enabled,
  };
}

export function bodyOf(form: ChannelForm): ChannelBody {
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
  };
}

/** What can be told before the server is asked; it alone knows the bounds. */
export function faultsOf(
  form: ChannelForm,
  mode: FormMode,
  stored: Channel | null,
): Partial<Record<FormField, TextKey>> {
  const faults: Partial<Record<FormField, TextKey>> = {};
  if (form.name.trim() === '') faults.name = 'form.required';
  if (form.base_url.trim() === '') faults.base_url = 'form.required';
  else if (!isHttpUrl(form.base_url)) faults.base_url = 'form.url';
  if (form.source_url.trim() !== '' && !isHttpUrl(form.source_url)) faults.source_url = 'form.url';
  for (const field of ['interval_min', 'timeout_s', 'max_models'] as const) {
    if (Number.isNaN(Number(form[field]))) faults[field] = 'form.number';
  }
  if (form.api_key.trim() === '') {
    if (mode !== 'edit') faults.api_key = 'form.required';
    else if (!faults.base_url && movesAway(form, stored)) faults.api_key = 'form.api_key.again';
  }
  return faults;
}

/** Whether the stored key would travel to another server. */
function movesAway(form: ChannelForm, stored: Channel | null): boolean {
  const [before, after] = [URL.parse(stored?.base_url ?? ''), URL.parse(form.base_url.trim())];
  return before !== null && after !== null && before.origin !== after.origin;
}

/** The field that an error sentence of the API names; null where it names none. */
export function fieldNamedIn(detail: string): FormField | null {
  const fields = Object.keys(emptyForm).filter((it): it is FormField => it in emptyForm);
  const named = fields
    .map((field) => ({ field, at: detail.search(new RegExp(`\\b${field}\\b`)) }))
    .filter((it) => it.at >= 0)
    .sort((a, b) => a.at - b.at || b.field.length - a.field.length);
  return named[0]?.field ?? null;
}

function isHttpUrl(raw: string): boolean {
  const url = URL.parse(raw.trim());
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}
