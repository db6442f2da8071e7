import { z } from 'zod';
import { isPlainLine } from '../text/plain-line.ts';
import { baseUrlSchema } from './base-url.ts';

/** What the last run said of a target; `error`: the model list could not be had. */
export const targetStatuses = ['healthy', 'degraded', 'down', 'no_models', 'error'] as const;
export type TargetStatus = (typeof targetStatuses)[number];

/** A channel: one relay or provider account. Times are Unix seconds. `api_key` is sealed at rest. */
export interface Target {
  id: number;
  name: string;
  base_url: string;
  /** As stored: sealed. Only the database room's secret box opens it. */
  api_key: string;
  enabled: boolean;
  interval_min: number;
  timeout_s: number;
  verify_ssl: boolean;
  prompt: string;
  anthropic_version: string;
  max_models: number;
  source_url: string | null;
  sort_order: number;
  visitor_channel_actions_enabled: boolean;
  selected_models: string[];
  created_at: number;
  updated_at: number;
  last_run_at: number | null;
  last_status: TargetStatus | null;
  last_total: number;
  last_success: number;
  last_fail: number;
  last_log_file: string | null;
  last_error: string | null;
}

export const defaultPrompt =
  'What is the exact model identifier (model string) you are using for this chat/session?';
/** The version that Anthropic's API documentation names; unchanged since 2023. */
export const defaultAnthropicVersion = '2023-06-01';

const sourceUrlSchema = z
  .string()
  .trim()
  .max(1024)
  .refine(
    (raw) => raw === '' || /^https?:\/\//i.test(raw),
    'must be an http:// or https:// address',
  )
  .transform((raw) => (raw === '' ? null : raw))
  .nullable();

/** A header value: visible ASCII, so that it can neither end the line nor be refused by the client. */
const headerValue = /^[\x21-\x7e]+$/;

const lineSchema = z
  .string()
  .refine(isPlainLine, 'must be one line without control characters or broken Unicode');

/** Text of several lines, without what a database refuses or a wire changes. */
const promptSchema = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .refine(
    (text) => !/(?![\t\n\r])[\p{Cc}\p{Cs}]/u.test(text),
    'must not hold control characters or broken Unicode',
  );

/** Every field of a target that a caller may set, with its bounds. */
export const targetFieldSchemas = {
  name: lineSchema.trim().min(1).max(128),
  base_url: baseUrlSchema,
  api_key: z
    .string()
    .trim()
    .min(1)
    .max(2048)
    .regex(headerValue, 'must be printable ASCII without spaces, since it travels in a header'),
  enabled: z.boolean(),
  interval_min: z.int().min(1).max(1440),
  timeout_s: z.number().min(3).max(300),
  verify_ssl: z.boolean(),
  prompt: promptSchema,
  anthropic_version: z
    .string()
    .trim()
    .min(4)
    .max(64)
    .regex(headerValue, 'must be printable ASCII without spaces, since it travels in a header'),
  max_models: z.int().min(0).max(5000),
  source_url: sourceUrlSchema,
  sort_order: z.int().min(1).max(1_000_000),
  visitor_channel_actions_enabled: z.boolean(),
  selected_models: z.array(lineSchema.min(1).max(256)).max(5000),
};

/** The fields of a new target with every default filled in. */
export interface TargetInput {
  name: string;
  base_url: string;
  api_key: string;
  enabled: boolean;
  interval_min: number;
  timeout_s: number;
  verify_ssl: boolean;
  prompt: string;
  anthropic_version: string;
  max_models: number;
  source_url: string | null;
  /** null: after the last. */
  sort_order: number | null;
  visitor_channel_actions_enabled: boolean;
  selected_models: string[];
}

/** The fields that a PATCH may change; an absent one stays. */
export type TargetPatch = Partial<Omit<TargetInput, 'sort_order'> & { sort_order: number }>;
