import { type FieldErrors, isSameOrigin } from '@api-monitor/core';
import type { InferRequestType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import { filledForm } from '../forms/form-values.ts';
import type { Channel } from './channel.ts';

/** The fields that few channels need, with their values in an empty form. */
export const advancedForm = {
  prompt: '',
  max_models: '0',
  anthropic_version: '',
  verify_ssl: true,
  visitor_channel_actions_enabled: false,
};

/** The values of the dialog's fields: texts as typed, and switches. */
export const emptyForm = {
  name: '',
  base_url: '',
  api_key: '',
  source_url: '',
  interval_min: '',
  timeout_s: '30',
  enabled: true,
  ...advancedForm,
};

export type ChannelForm = typeof emptyForm;
export type FormMode = 'new' | 'copy' | 'edit';

const numberFields = ['interval_min', 'timeout_s', 'max_models'] as const;

/** A change to a channel; an absent field keeps its value, or has its default in a new channel. */
type ChannelBody = InferRequestType<ApiClient['api']['targets'][':id']['$patch']>['json'];

/** A channel's settings as the dialog shows them, without the key. */
export function formOf(channel: Channel): ChannelForm {
  return { ...filledForm(emptyForm, channel), api_key: '' };
}

/**
 * What the API is sent. A field left blank is absent, except for the website, which can be removed. The
 * cast's guarantee: the API has the form's fields under the same names.
 */
export function bodyOf(form: ChannelForm) {
  const { name, base_url, source_url, ...others } = form;
  const optional = Object.entries(others).flatMap(([field, value]) => {
    const sent = typeof value === 'string' ? sentText(field, value.trim()) : value;
    return sent === '' ? [] : [[field, sent]];
  });
  return {
    ...(Object.fromEntries(optional) as Partial<ChannelBody>),
    name: name.trim(),
    base_url: base_url.trim(),
    source_url: source_url.trim() || null,
  } satisfies ChannelBody;
}

function sentText(field: string, text: string): string | number {
  const isNumber = numberFields.some((it) => it === field);
  return isNumber && text !== '' ? Number(text) : text;
}

/** The errors that the page can find itself; only the server knows the bounds. */
export function faultsOf(form: ChannelForm, mode: FormMode, stored: Channel | null): FieldErrors {
  const faults: FieldErrors = {};
  if (form.name.trim() === '') faults.name = { code: 'required' };
  if (form.base_url.trim() === '') faults.base_url = { code: 'required' };
  else if (!isHttpUrl(form.base_url)) faults.base_url = { code: 'wrong_url' };
  if (form.source_url.trim() !== '' && !isHttpUrl(form.source_url)) {
    faults.source_url = { code: 'wrong_url' };
  }
  for (const field of numberFields) {
    if (Number.isNaN(Number(form[field]))) faults[field] = { code: 'wrong_type' };
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

function isHttpUrl(raw: string): boolean {
  const url = URL.parse(raw.trim());
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}
