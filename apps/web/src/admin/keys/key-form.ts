import { type FieldErrors, routingPolicies } from '@api-monitor/core';
import type { ProxyKey, ProxyKeyBody } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';

/** The values of the dialog's fields: texts as typed, under the API's names. */
export const emptyKeyForm = {
  name: '',
  description: '',
  /** Channels by their ids; none means all. */
  allowed_target_ids: initially<readonly number[]>([]),
  /** One entry per line; none means all. */
  allowed_models: '',
  /** The value of an `<input type="datetime-local">`; empty means never. */
  expires_at: '',
  rpm_limit: '',
  tpm_limit: '',
  /** Empty: as the setting says. */
  routing_policy: '',
};

export type KeyForm = typeof emptyKeyForm;

export function keyFormOf(key: ProxyKey): KeyForm {
  return {
    name: key.name,
    description: key.description,
    allowed_target_ids: key.allowed_target_ids,
    allowed_models: key.allowed_models.join('\n'),
    expires_at: key.expires_at === null ? '' : localTimeOf(key.expires_at),
    rpm_limit: key.rpm_limit === null ? '' : String(key.rpm_limit),
    tpm_limit: key.tpm_limit === null ? '' : String(key.tpm_limit),
    routing_policy: key.routing_policy ?? '',
  };
}

/** Each line once, without empty ones. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

export function keyBodyOf(form: KeyForm) {
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    allowed_target_ids: [...form.allowed_target_ids],
    allowed_models: linesOf(form.allowed_models),
    expires_at: form.expires_at === '' ? null : new Date(form.expires_at).getTime() / 1000,
    rpm_limit: limitOf(form.rpm_limit),
    tpm_limit: limitOf(form.tpm_limit),
    routing_policy: routingPolicies.find((policy) => policy === form.routing_policy) ?? null,
  } satisfies ProxyKeyBody;
}

/** The errors that the page can find itself; only the server knows the bounds. */
export function keyFaultsOf(form: KeyForm): FieldErrors {
  const faults: FieldErrors = {};
  if (form.name.trim() === '') faults.name = { code: 'required' };
  for (const field of ['rpm_limit', 'tpm_limit'] as const) {
    if (Number.isNaN(Number(form[field]))) faults[field] = { code: 'wrong_type' };
  }
  return faults;
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
