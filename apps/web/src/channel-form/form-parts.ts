import { namesOf, recordOf } from '@api-monitor/core';

/** The folded parts of the form, with their fields. */
const fieldsOfPart = {
  general: ['tags', 'source_url'],
  models: ['models', 'models_mode', 'max_models', 'exclude', 'model_aliases', 'dont_probe'],
  checks: [
    ...['interval_min', 'timeout_s', 'probe_requests_per_day', 'probe_tokens_per_day'],
    ...['prompt', 'anthropic_version'],
  ],
  gateway: [
    ...['priority', 'weight', 'max_concurrency', 'min_gap_ms', 'first_token_timeout_s'],
    'body_overrides',
  ],
  connection: ['proxy_url', 'paths', 'user_agent', 'headers', 'ca_certificate'],
} satisfies Record<string, string[]>;

export type FormPart = keyof typeof fieldsOfPart;
export type OpenParts = Record<FormPart, boolean>;

/** A beginner needs none of them. */
export function foldedParts(): OpenParts {
  return recordOf(namesOf(fieldsOfPart), () => false);
}

/** Opens each part that has a field with an error. */
export function openFaultyParts(openParts: OpenParts, errors: Record<string, string>): void {
  for (const part of namesOf(fieldsOfPart)) {
    if (fieldsOfPart[part].some((field) => errors[field])) openParts[part] = true;
  }
}
