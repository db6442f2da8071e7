import { errorKinds, routes, runStatuses, runTriggers, wireProtocols } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

const unixSeconds = z.number().openapi({ description: 'Unix seconds' });

export const runSchema = z
  .object({
    id: z.int(),
    target_id: z.int(),
    started_at: unixSeconds,
    finished_at: unixSeconds.nullable(),
    status: z.enum(runStatuses),
    trigger: z
      .enum(runTriggers)
      .openapi({ description: 'traffic: a probe of one model that failed for the gateway' }),
    total: z.int(),
    success: z.int(),
    fail: z.int(),
    skipped: z.int(),
    log_file: z.string().nullable(),
    error: z.string().nullable(),
  })
  .openapi('Run');

export const probeRowSchema = z
  .object({
    id: z.int(),
    run_id: z.int(),
    target_id: z.int(),
    protocol: z.enum(wireProtocols),
    model: z.string(),
    stream: z.boolean(),
    duration: z.number().openapi({ description: 'seconds' }),
    success: z.boolean(),
    transport_success: z.boolean().openapi({ description: 'an HTTP answer came whole' }),
    tool_calls_count: z.int(),
    tool_calls: z.array(z.object({ name: z.string(), arguments: z.string() })),
    content: z.string(),
    timestamp: unixSeconds,
    error: z.string().nullable(),
    error_kind: z.enum(errorKinds).nullable(),
    status_code: z.int().nullable(),
    route: z.enum(routes),
    endpoint: z.string(),
    first_token_s: z.number().nullable(),
    output_tokens: z.number().nullable(),
    output_tokens_per_s: z.number().nullable(),
  })
  .openapi('Probe');
