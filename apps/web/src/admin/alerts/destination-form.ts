import {
  type AlertKind,
  alertKindRules,
  type FieldErrors,
  namesOf,
  type Severity,
  severities,
} from '@api-monitor/core';
import type {
  AlertDestination,
  AlertDestinationBody,
  DestinationKindInfo,
} from '../../api/wire-types.ts';

export type ConfigValue = string | boolean;

/** A destination as the form holds it: numbers and lists are texts, a list has a line for each item. */
export interface DestinationForm {
  name: string;
  kind: string;
  enabled: boolean;
  severities: readonly Severity[];
  kinds: readonly AlertKind[];
  target_ids: readonly number[];
  tags: string;
  models: string;
  recoveries: boolean;
  after_min: string;
  language: string;
  time_zone: string;
  quiet_from: string;
  quiet_until: string;
  per_minute: string;
}

export const alertKinds = namesOf(alertKindRules);

export function emptyDestinationForm(language: 'en' | 'zh', time_zone: string): DestinationForm {
  return {
    ...{ name: '', kind: 'webhook', enabled: true, severities: [...severities], kinds: [] },
    ...{ target_ids: [], tags: '', models: '', recoveries: true, after_min: '0' },
    ...{ language, time_zone, quiet_from: '', quiet_until: '', per_minute: '0' },
  };
}

export function destinationFormOf(destination: AlertDestination): DestinationForm {
  const { name, kind, enabled, recoveries, language, time_zone, quiet_hours } = destination;
  return {
    ...{ name, kind, enabled, recoveries, language, time_zone },
    severities: destination.severities,
    kinds: destination.kinds,
    target_ids: destination.target_ids,
    tags: destination.tags.join('\n'),
    models: destination.models.join('\n'),
    after_min: String(destination.after_min),
    quiet_from: quiet_hours?.from ?? '',
    quiet_until: quiet_hours?.until ?? '',
    per_minute: String(destination.per_minute),
  };
}

/** The body of the request, without `kind` and `config`. */
export function destinationBodyOf(form: DestinationForm) {
  const { name, enabled, severities, kinds, target_ids, recoveries, time_zone } = form;
  const { quiet_from: from, quiet_until: until } = form;
  return {
    ...{ name, enabled, recoveries, time_zone },
    severities: [...severities],
    kinds: [...kinds],
    target_ids: [...target_ids],
    tags: linesOf(form.tags),
    models: linesOf(form.models),
    after_min: Number(form.after_min || 0),
    per_minute: Number(form.per_minute || 0),
    language: form.language === 'zh' ? 'zh' : 'en',
    quiet_hours: from === '' && until === '' ? null : { from, until },
  } satisfies Partial<AlertDestinationBody>;
}

/** What the form itself finds wrong: half of the quiet hours. */
export function destinationFaultsOf({ quiet_from, quiet_until }: DestinationForm): FieldErrors {
  if ((quiet_from === '') === (quiet_until === '')) return {};
  return { [quiet_from === '' ? 'quiet_from' : 'quiet_until']: { code: 'required' } };
}

/** The config of a kind as its fields show it; `stored` null: the defaults. */
export function configFormOf(
  { fields }: Pick<DestinationKindInfo, 'fields'>,
  stored: Readonly<Record<string, unknown>> | null,
): Record<string, ConfigValue> {
  return Object.fromEntries(
    fields.map(({ name, input, default: absent }) => {
      const value = stored?.[name] ?? absent;
      if (input === 'switch') return [name, value === true];
      return [name, Array.isArray(value) ? value.join('\n') : textOf(value)];
    }),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The config as the API takes it. An empty field is left out, which means its default. */
export function configBodyOf(
  { fields }: Pick<DestinationKindInfo, 'fields'>,
  form: Readonly<Record<string, ConfigValue>>,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, input }): [string, unknown][] => {
      const value = form[name] ?? '';
      if (typeof value === 'boolean') return [[name, value]];
      if (input === 'lines') return [[name, linesOf(value)]];
      if (value.trim() === '') return [];
      return [[name, input === 'number' ? Number(value) : value]];
    }),
  );
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
