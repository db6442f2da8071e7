import {
  historyFields,
  modelStateShape,
  probeResultShape,
  targetShape,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import { answerShape } from '../derive-schema.ts';

const historyPointSchema = z
  .object(probeResultShape.pick(historyFields).shape)
  .openapi('HistoryPoint');

const latestModelSchema = z
  .object({
    ...modelStateShape.shape,
    skipped: z.boolean().describe('not a chat model: it neither works nor fails'),
    open_breaker: z
      .object({ failures: z.int(), error: z.string().nullable(), opened_at: unixSeconds })
      .nullable()
      .describe('what keeps traffic from it, as the gateways last reported'),
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
    running: z.boolean(),
    run_progress: z.object({ total: z.int(), done: z.int() }).nullable(),
    next_run_at: unixSeconds
      .nullable()
      .describe('when the schedule next runs it; 0: at the next scan'),
    last_success_rate: z.number().nullable().describe('percent, one decimal'),
    can_operate: z.boolean().describe('whether this caller may start a run'),
    latest_models: z.array(latestModelSchema),
  })
  .openapi('Target');

export type TargetItem = z.infer<typeof targetSchema>;
export type LatestModel = z.infer<typeof latestModelSchema>;
