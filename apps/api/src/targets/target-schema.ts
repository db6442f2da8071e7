import { errorKinds, routes, targetStatuses, wireProtocols } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

const unixSeconds = z.number().openapi({ description: 'Unix seconds' });

const historyPointSchema = z
  .object({
    success: z.boolean(),
    duration: z.number().openapi({ description: 'seconds' }),
    timestamp: unixSeconds,
    error: z.string().nullable(),
    error_kind: z.enum(errorKinds).nullable(),
    status_code: z.int().nullable(),
    first_token_s: z.number().nullable(),
  })
  .openapi('HistoryPoint');

const latestModelSchema = z
  .object({
    protocol: z.enum(wireProtocols),
    route: z.enum(routes),
    model: z.string(),
    success: z.boolean(),
    skipped: z.boolean().openapi({ description: 'no chat model: neither alive nor failed' }),
    duration: z.number().openapi({ description: 'seconds' }),
    error: z.string().nullable(),
    error_kind: z.enum(errorKinds).nullable(),
    status_code: z.int().nullable(),
    timestamp: unixSeconds,
    first_token_s: z.number().nullable(),
    output_tokens_per_s: z.number().nullable(),
    state_since: unixSeconds.openapi({ description: 'when success last flipped, Unix seconds' }),
    last_success_at: unixSeconds.nullable(),
    live_failures: z
      .int()
      .openapi({ description: 'failures of live traffic since it, or a probe, last succeeded' }),
    live_failed_at: unixSeconds.nullable().openapi({ description: 'when traffic last failed' }),
    live_error: z.string().nullable().openapi({ description: 'of the last failure of traffic' }),
    live_first_byte_s: z
      .number()
      .nullable()
      .openapi({ description: 'smoothed time to the first byte of live streams, seconds' }),
    open_breaker: z
      .object({ failures: z.int(), error: z.string().nullable(), opened_at: unixSeconds })
      .nullable()
      .openapi({ description: 'what keeps traffic from it, as the gateways last told' }),
    history: z
      .array(historyPointSchema)
      .optional()
      .openapi({ description: 'at most 30 points, oldest first; absent with history=0' }),
  })
  .openapi('LatestModel');

export const targetSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    base_url: z.string(),
    api_key: z.string().openapi({ description: 'masked' }),
    enabled: z.boolean(),
    interval_min: z.int(),
    timeout_s: z.number(),
    verify_ssl: z.boolean(),
    prompt: z.string(),
    anthropic_version: z.string(),
    max_models: z.int(),
    source_url: z.string().nullable(),
    sort_order: z.int(),
    visitor_channel_actions_enabled: z.boolean(),
    selected_models: z.array(z.string()),
    created_at: unixSeconds,
    updated_at: unixSeconds,
    last_run_at: unixSeconds.nullable(),
    last_status: z.enum(targetStatuses).nullable(),
    last_total: z.int(),
    last_success: z.int(),
    last_fail: z.int(),
    last_log_file: z.string().nullable(),
    last_error: z.string().nullable(),
    running: z.boolean(),
    run_progress: z.object({ total: z.int(), done: z.int() }).nullable(),
    next_run_at: unixSeconds
      .nullable()
      .openapi({ description: 'when the schedule next runs it; 0: at the next scan' }),
    last_success_rate: z.number().nullable().openapi({ description: 'percent, one decimal' }),
    can_operate: z.boolean().openapi({ description: 'whether this caller may start a run' }),
    latest_models: z.array(latestModelSchema),
  })
  .openapi('Target');

export type TargetItem = z.infer<typeof targetSchema>;
export type LatestModel = z.infer<typeof latestModelSchema>;
