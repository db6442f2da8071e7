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
  money: ['price_multiplier', 'unit_cost', 'prices', 'balance_interval_min'],
  connection: ['proxy_url', 'paths', 'user_agent', 'headers', 'ca_certificate'],
} satisfies Record<string, string[]>;

type FormPart = keyof typeof fieldsOfPart;

/** Which parts of the form are unfolded: none at first, because a beginner needs none. */
export function createFormParts() {
  return {
    open: recordOf(namesOf(fieldsOfPart), () => false),
    toggle(part: FormPart, head: Element): void {
      this.open[part] = !this.open[part];
      // The part is below the edge of the dialog if its head was the last in sight.
      if (this.open[part]) requestAnimationFrame(() => head.scrollIntoView({ block: 'start' }));
    },
    unfold(part: FormPart): void {
      this.open[part] = true;
    },
    fold(): void {
      for (const part of namesOf(fieldsOfPart)) this.open[part] = false;
    },
    /** Unfolds each part that has a field with an error. */
    unfoldFaulty(errors: Record<string, string>): void {
      for (const part of namesOf(fieldsOfPart)) {
        if (fieldsOfPart[part].some((field) => errors[field])) this.open[part] = true;
      }
    },
  };
}
