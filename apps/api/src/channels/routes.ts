import { type Target, targetFieldSchemas } from '@api-monitor/core';
import { listTargets } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { changerOf, changeTarget, findTarget } from '../targets/change-targets.ts';
import { keyFieldsOf } from '../targets/key-views.ts';
import { maskableFields, maskedSecrets, withoutMasked } from '../targets/masked-secrets.ts';
import { modelRoutes } from '../targets/model-routes.ts';
import { targetSchema } from '../targets/target-schema.ts';

/** A channel as the admin panel lists it: its configuration and last run, without its models' states. */
const channelSchema = targetSchema
  .omit({
    running: true,
    run_progress: true,
    next_run_at: true,
    last_success_rate: true,
    probe_requests_today: true,
    probe_tokens_today: true,
    probe_concurrency: true,
    balance: true,
    can_operate: true,
    latest_models: true,
  })
  .openapi('Channel');

const advancedSchema = z
  .strictObject({
    ...z
      .object(targetFieldSchemas)
      .pick({
        verify_ssl: true,
        ca_certificate: true,
        user_agent: true,
        headers: true,
        prompt: true,
        anthropic_version: true,
        first_token_timeout_s: true,
        max_models: true,
        visitor_channel_actions_enabled: true,
        models: true,
        models_mode: true,
        exclude: true,
        model_aliases: true,
        tags: true,
        priority: true,
        weight: true,
        max_concurrency: true,
        min_gap_ms: true,
        body_overrides: true,
        paths: true,
        price_multiplier: true,
        unit_cost: true,
        prices: true,
        balance_interval_min: true,
        ask_usage: true,
        dont_probe: true,
        traffic_proves: true,
        probe_requests_per_day: true,
        probe_tokens_per_day: true,
      })
      .partial().shape,
    proxy_url: maskableFields.proxy_url,
  })
  .openapi('ChannelAdvancedPatch');

/** Channels for the admin panel, under the older tool's addresses: aliases of the calls in `targets`. */
export function channelRoutes(deps: ApiDeps) {
  const { db } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/admin/channels', {
        summary: 'All channels in their order, with their advanced fields',
        responses: jsonAnswer(z.object({ items: z.array(channelSchema) }), 'the channels'),
      }),
      async (c) => {
        const targets = await listTargets(db);
        return c.json({ items: targets.map((target) => channelItem(deps, target)) }, 200);
      },
    )
    .openapi(
      sessionRoute('patch', '/api/admin/channels/{id}/advanced', {
        summary: "Change a channel's advanced fields",
        request: { params: idParams, body: jsonBody(advancedSchema) },
        responses: jsonAnswer(z.object({ item: channelSchema }), 'the changed channel'),
      }),
      async (c) => {
        const current = await findTarget(db, c.req.valid('param').id);
        const sent = sentFields(c.req.valid('json'), targetFieldSchemas);
        const patch = withoutMasked(db, current, sent);
        const target = await changeTarget(deps, changerOf(c, deps), current, patch);
        return c.json({ item: channelItem(deps, target) }, 200);
      },
    )
    .route('/', modelRoutes(deps, '/api/admin/channels/{id}/models', sessionRoute, sessionRoute));
}

function channelItem(deps: ApiDeps, target: Target): z.infer<typeof channelSchema> {
  const { db, evidence } = deps;
  const known = { ...keyFieldsOf(deps, target), fault: evidence.faultOf(target) };
  return { ...target, ...maskedSecrets(db, target), ...known };
}
