import { maskSecret, type Target } from '@api-monitor/core';
import { type Database, openApiKey } from '@api-monitor/db';
import type { z } from '@hono/zod-openapi';
import { targetSchema } from '../targets/target-schema.ts';

/** A channel as the admin panel lists it: its configuration and last run, without its models' states. */
export const channelSchema = targetSchema
  .omit({
    running: true,
    run_progress: true,
    next_run_at: true,
    last_success_rate: true,
    can_operate: true,
    latest_models: true,
  })
  .openapi('Channel');

export function channelItem(db: Database, target: Target): z.infer<typeof channelSchema> {
  return { ...target, api_key: maskSecret(openApiKey(db, target)) };
}
