import {
  type FieldErrors,
  formerPrompt,
  isSameOrigin,
  namesOf,
  normaliseBaseUrl,
  ownPromptOf,
  recordOf,
} from '@api-monitor/core';
import type { InferRequestType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import type { Channel } from '../channels/channel.ts';
import { filledForm } from '../forms/form-values.ts';

/** The fields that few channels need, with their values in an empty form. */
export const advancedForm = {
  tags: '',
  models: '',
  models_mode: 'both' as Channel['models_mode'],
  max_models: '0',
  exclude: '',
  model_aliases: '',
  dont_probe: '',
  traffic_proves: true,
  probe_requests_per_day: '0',
  probe_tokens_per_day: '0',
  prompt: '',
  anthropic_version: '',
  priority: '0',
  weight: '1',
  max_concurrency: '0',
  min_gap_ms: '0',
  first_token_timeout_s: '0',
  body_overrides: '',
  price_multiplier: '1',
  unit_cost: '1',
  prices: '',
  balance_interval_min: '30',
  ask_usage: false,
  verify_ssl: true,
  proxy_url: '',
  paths: '',
  ca_certificate: '',
  user_agent: '',
  headers: '',
  visitor_channel_actions_enabled: false,
};

/** The values of the dialog's fields: texts as typed, and switches. */
export const emptyForm = {
  name: '',
  base_url: '',
  api_key: '',
  /** Pasted keys that aren't in the list yet. */
  keys: '',
  source_url: '',
  interval_min: '',
  timeout_s: '30',
  enabled: true,
  ...advancedForm,
};

export type ChannelForm = typeof emptyForm;
export type FormMode = 'new' | 'copy' | 'edit';

const numberFields = [
  'interval_min',
  'timeout_s',
  'first_token_timeout_s',
  'max_models',
  'probe_requests_per_day',
  'probe_tokens_per_day',
  'priority',
  'weight',
  'max_concurrency',
  'min_gap_ms',
  'price_multiplier',
  'unit_cost',
  'balance_interval_min',
] as const;

/** The lists whose items are lines of a text. */
const lineFields = {
  models: true,
  exclude: true,
  model_aliases: true,
  dont_probe: true,
  body_overrides: true,
  prices: true,
  paths: true,
  headers: true,
} as const;

export const modelsModes = [
  'both',
  'listed',
  'manual',
] as const satisfies readonly Channel['models_mode'][];

/** A change to a channel; an absent field keeps its value, or has its default in a new channel. */
export type ChannelBody = InferRequestType<ApiClient['api']['targets'][':id']['$patch']>['json'];

/** A channel's settings as the dialog shows them, without the key. */
export function formOf(channel: Channel): ChannelForm {
  const source = { ...channel, ...advancedFormOf(channel) };
  return { ...filledForm(emptyForm, { ...source, keys: '' }), api_key: '' };
}

type Advanced = Pick<Channel, keyof typeof advancedForm>;

/** The advanced ones alone. The question of old counts as none. */
export function advancedFormOf(channel: Advanced): typeof advancedForm {
  return filledForm(advancedForm, {
    ...channel,
    ...recordOf(namesOf(lineFields), (field) => channel[field].join('\n')),
    tags: channel.tags.join(', '),
    prompt: ownPromptOf(channel) ?? '',
  });
}

/** The lines of a text that aren't blank, each once. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** Tags as people type them: between commas, Chinese ones too. */
export function tagsOf(text: string): string[] {
  return linesOf(text.replaceAll(/[,，、;；]/g, '\n'));
}

/** What the API is sent. A field left blank is absent, except for the website, which can be removed. */
export function bodyOf(form: ChannelForm) {
  const { name, base_url, api_key, source_url, interval_min, timeout_s, enabled } = form;
  return {
    ...filled({ api_key, interval_min, timeout_s }),
    ...advancedBodyOf(form),
    name: name.trim(),
    base_url: base_url.trim(),
    source_url: source_url.trim() || null,
    enabled,
  } satisfies ChannelBody;
}

/** The same for the advanced fields, of which the lists and the question can be emptied. */
export function advancedBodyOf(form: typeof advancedForm) {
  const { tags, prompt, proxy_url, ca_certificate, user_agent } = form;
  const { models_mode, traffic_proves, verify_ssl, visitor_channel_actions_enabled } = form;
  const { price_multiplier, unit_cost, balance_interval_min, ask_usage } = form;
  const { max_models, anthropic_version, probe_requests_per_day, probe_tokens_per_day } = form;
  const { first_token_timeout_s, priority, weight, max_concurrency, min_gap_ms } = form;
  return {
    ...filled({ max_models, anthropic_version, probe_requests_per_day, probe_tokens_per_day }),
    ...filled({ first_token_timeout_s, priority, weight, max_concurrency, min_gap_ms }),
    ...filled({ price_multiplier, unit_cost, balance_interval_min }),
    ...{ ask_usage, models_mode, traffic_proves, verify_ssl, visitor_channel_actions_enabled },
    ...recordOf(namesOf(lineFields), (field) => linesOf(form[field])),
    tags: tagsOf(tags),
    proxy_url: proxy_url.trim() || null,
    ca_certificate: ca_certificate.trim() || null,
    user_agent: user_agent.trim() || null,
    prompt: prompt.trim() || formerPrompt,
  } satisfies ChannelBody;
}

/** The texts that aren't blank. The cast's guarantee: the API has the form's fields under the same names. */
function filled(fields: Partial<Record<keyof ChannelForm, string>>) {
  const entries = Object.entries(fields).flatMap(([field, value]) => {
    const sent = sentText(field, value.trim());
    return sent === '' ? [] : [[field, sent]];
  });
  return Object.fromEntries(entries) as Partial<ChannelBody>;
}

function sentText(field: string, text: string): string | number {
  const isNumber = numberFields.some((it) => it === field);
  return isNumber && text !== '' ? Number(text) : text;
}

/** The errors that the page can find itself; only the server knows the bounds. */
export function faultsOf(form: ChannelForm, mode: FormMode, stored: Channel | null): FieldErrors {
  const faults = numberFaults(form);
  if (form.name.trim() === '') faults.name = { code: 'required' };
  if (form.base_url.trim() === '') faults.base_url = { code: 'required' };
  else if (!isHttpUrl(form.base_url)) faults.base_url = { code: 'wrong_url' };
  if (form.source_url.trim() !== '' && !isHttpUrl(form.source_url)) {
    faults.source_url = { code: 'wrong_url' };
  }
  if (form.api_key.trim() === '') {
    if (mode !== 'edit') faults.api_key = { code: 'required' };
    else if (!faults.base_url && stored && !isSameOrigin(stored.base_url, form.base_url.trim())) {
      // The stored key must not go to another server.
      faults.api_key = { code: 'reenter_key' };
    }
  }
  return faults;
}

/** The fields that should be numbers but aren't. */
export function numberFaults(form: Partial<ChannelForm>): FieldErrors {
  const faulty = numberFields.filter((field) => Number.isNaN(Number(form[field] ?? 0)));
  return Object.fromEntries(faulty.map((field) => [field, { code: 'wrong_type' }]));
}

/** The address as it will be stored, if that isn't what was typed; else an empty string. */
export function shortenedUrl(typed: string): string {
  const address = normaliseBaseUrl(typed);
  return isHttpUrl(typed) && address !== typed.trim() ? address : '';
}

function isHttpUrl(raw: string): boolean {
  const url = URL.parse(raw.trim());
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}
