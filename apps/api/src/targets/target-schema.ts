import {
  historyFields,
  modelStateShape,
  probePlans,
  probeResultShape,
  seconds,
  targetShape,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import { balanceSchema } from '../balances/balance-schema.ts';
import { answerShape } from '../derive-schema.ts';
import { headlineSchema } from './headline.ts';
import { keyCountsSchema, keyViewSchema } from './key-views.ts';

const historyPointSchema = z
  .object(probeResultShape.pick(historyFields).shape)
  .openapi('HistoryPoint');

const latestModelSchema = z
  .object({
    ...modelStateShape.shape,
    headline: headlineSchema,
    plan: z.enum(probePlans).describe('what probes do with it: ask it, or leave it out'),
    skipped: z.boolean().describe('not a chat model: it neither works nor fails'),
    live_failures: z.int().describe('live requests that failed in a row'),
    live_failed_at: unixSeconds.nullable().describe('when the last of them failed'),
    live_error: z.string().nullable().describe('why it failed'),
    live_first_byte_s: seconds.nullable().describe('to the first token of live streams, smoothed'),
    open_breaker: z
      .object({ failures: z.int(), error: z.string().nullable(), opened_at: unixSeconds })
      .nullable()
      .describe('the older form of the live_ fields; null: no live request failed last'),
    history: z
      .array(historyPointSchema)
      .optional()
      .describe('at most 30 points, oldest first; absent with history=0'),
  })
  .openapi('LatestModel');

export const targetSchema = z
  .object({
    ...answerShape(targetShape).shape,
    api_key: z.string().describe('masked'),
    proxy_url: z
      .string()
      .nullable()
      .describe('masked; visitors see only whether there is one; null: the default proxy'),
    keys: z
      .array(z.object({ name: z.string(), api_key: z.string(), enabled: z.boolean() }))
      .describe('masked; empty for visitors, and if api_key is the only one'),
    key_states: z.array(keyViewSchema).describe('of each of `keys`, in their order'),
    key_counts: keyCountsSchema
      .nullable()
      .describe('how many keys there are; null: api_key is the only one'),
    running: z.boolean(),
    run_progress: z.object({ total: z.int(), done: z.int() }).nullable(),
    next_run_at: unixSeconds
      .nullable()
      .describe('when the schedule next runs it; 0: at the next scan'),
    last_success_rate: z.number().nullable().describe('percent, one decimal'),
    probe_requests_today: z.int().describe('sent for probes since midnight UTC'),
    probe_tokens_today: z.int().describe('that they took, in and out'),
    probe_concurrency: z
      .int()
      .nullable()
      .describe('how many probes at a time it is sent since it complained of more; null: as usual'),
    balance: balanceSchema
      .nullable()
      .describe('what is left at the provider; null: unknown, or not for this caller'),
    can_operate: z.boolean().describe('whether this caller may start a run'),
    latest_models: z.array(latestModelSchema),
  })
  .openapi('Target');

export type TargetItem = z.infer<typeof targetSchema>;
export type LatestModel = z.infer<typeof latestModelSchema>;
