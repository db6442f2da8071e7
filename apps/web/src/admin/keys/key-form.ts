import { budgetFields, type FieldErrors, recordOf, routingPolicies } from '@api-monitor/core';
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
  ...recordOf(budgetFields, () => ''),
  budget_time_zone: 'UTC',
  /** Empty: as the rules of the alerts say. */
  budget_alert_percent: '',
  max_price: '',
  allow_unpriced: false,
};

/** Numbers; an empty field means none. */
const limitFields = [
  ...(['rpm_limit', 'tpm_limit', 'max_price', 'budget_alert_percent'] as const),
  ...budgetFields,
] as const;

export type KeyForm = typeof emptyKeyForm;

export function keyFormOf(key: ProxyKey): KeyForm {
  return {
    name: key.name,
    description: key.description,
    allowed_target_ids: key.allowed_target_ids,
    allowed_models: key.allowed_models.join('\n'),
    expires_at: key.expires_at === null ? '' : localTimeOf(key.expires_at),
    ...recordOf(limitFields, (name) => textOf(key[name])),
    routing_policy: key.routing_policy ?? '',
    budget_time_zone: key.budget_time_zone,
    allow_unpriced: key.allow_unpriced,
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
    ...recordOf(limitFields, (name) => limitOf(form[name])),
    routing_policy: routingPolicies.find((policy) => policy === form.routing_policy) ?? null,
    budget_time_zone: form.budget_time_zone.trim(),
    allow_unpriced: form.allow_unpriced,
  } satisfies ProxyKeyBody;
}

/** The errors that the page can find itself; only the server knows the bounds. */
export function keyFaultsOf(form: KeyForm): FieldErrors {
  const faults: FieldErrors = {};
  if (form.name.trim() === '') faults.name = { code: 'required' };
  for (const field of limitFields) {
    if (Number.isNaN(Number(form[field]))) faults[field] = { code: 'wrong_type' };
  }
  return faults;
}

function textOf(limit: number | null): string {
  return limit === null ? '' : String(limit);
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
