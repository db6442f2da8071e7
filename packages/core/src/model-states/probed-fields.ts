import type { Mask } from '../pick.ts';
import type { ProbeResult } from '../probes/probe-row.ts';

// Browsers import this file, so it must not import zod.

/** The fields of the latest probe that are part of a model's state. */
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
  proved_by: true,
  is_wrong_answer: true,
} as const satisfies Partial<Mask<keyof ProbeResult>>;
