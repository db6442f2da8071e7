import type { ProxyKey } from '@api-monitor/core';
import type { TextKey } from '../../i18n/translate.ts';

/** What the dialog's fields hold: texts as they were typed. */
export interface KeyForm {
  name: string;
  description: string;
  /** Channels by their ids; none: all. */
  targetIds: number[];
  /** A `channel/model` a line; none: all. */
  models: string;
  /** As an `<input type="datetime-local">` has it; empty: for ever. */
  expires: string;
  rpm: string;
  tpm: string;
}

export type KeyField = keyof KeyForm;

export interface KeyBody {
  name: string;
  description: string;
  allowed_target_ids: number[];
  allowed_models: string[];
  expires_at: number | null;
  rpm_limit: number | null;
  tpm_limit: number | null;
}

export const emptyKeyForm: KeyForm = {
  name: '',
  description: '',
  targetIds: [],
  models: '',
  expires: '',
  rpm: '',
  tpm: '',
};

export function keyFormOf(key: ProxyKey): KeyForm {
  return {
    name: key.name,
    description: key.description,
    targetIds: [...key.allowed_target_ids],
    models: key.allowed_models.join('\n'),
    expires: key.expires_at === null ? '' : localTimeOf(key.expires_at),
    rpm: key.rpm_limit === null ? '' : String(key.rpm_limit),
    tpm: key.tpm_limit === null ? '' : String(key.tpm_limit),
  };
}

export function keyBodyOf(form: KeyForm): KeyBody {
  const lines = form.models.split('\n').map((line) => line.trim());
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    allowed_target_ids: [...form.targetIds],
    allowed_models: [...new Set(lines.filter((line) => line !== ''))],
    expires_at: form.expires === '' ? null : new Date(form.expires).getTime() / 1000,
    rpm_limit: limitOf(form.rpm),
    tpm_limit: limitOf(form.tpm),
  };
}

/** What can be told before the server is asked; it alone knows the bounds. */
export function keyFaultsOf(form: KeyForm): Partial<Record<KeyField, TextKey>> {
  const faults: Partial<Record<KeyField, TextKey>> = {};
  if (form.name.trim() === '') faults.name = 'form.required';
  for (const field of ['rpm', 'tpm'] as const) {
    if (Number.isNaN(Number(form[field]))) faults[field] = 'form.number';
  }
  return faults;
}

const fieldByWord: readonly (readonly [string, KeyField])[] = [
  ['allowed_models', 'models'],
  ['allowed_target_ids', 'targetIds'],
  ['expires_at', 'expires'],
  ['rpm_limit', 'rpm'],
  ['tpm_limit', 'tpm'],
  ['description', 'description'],
  ['name', 'name'],
];

/** The field that an error sentence of the API names. */
export function keyFieldNamedIn(sentence: string): KeyField | null {
  return fieldByWord.find(([word]) => sentence.includes(word))?.[1] ?? null;
}

function limitOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

/** Unix seconds as the reader's own date and minute. */
function localTimeOf(timeS: number): string {
  const date = new Date(timeS * 1000);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
