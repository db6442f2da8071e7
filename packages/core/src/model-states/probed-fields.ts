import type { Mask } from '../pick.ts';
import type { ProbeResult } from '../probes/probe-row.ts';

// Browsers import this file: it names fields without zod.

/** What a model's latest state keeps of its latest probe. */
export const probedFields = {
  protocol: true,
  route: true,
  model: true,
  success: true,
  duration: true,
  error: true,
  error_kind: true,
  status_code: true,
  timestamp: true,
  first_token_s: true,
  output_tokens_per_s: true,
} as const satisfies Partial<Mask<keyof ProbeResult>>;
