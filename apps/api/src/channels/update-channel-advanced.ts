import { targetFieldSchemas } from '@api-monitor/core';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { changeTarget } from '../targets/change-target.ts';
import { findTarget, targetIdParams } from '../targets/find-target.ts';
import { channelItem, channelSchema } from './channel-schema.ts';

const bodySchema = z
  .strictObject(
    z
      .object(targetFieldSchemas)
      .pick({
        verify_ssl: true,
        prompt: true,
        anthropic_version: true,
        max_models: true,
        visitor_channel_actions_enabled: true,
      })
      .partial().shape,
  )
  .openapi('ChannelAdvancedPatch');

const answerSchema = z.object({ item: channelSchema });

export function updateChannelAdvancedRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path: '/api/admin/channels/{id}/advanced',
    summary: "Change a channel's advanced fields",
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { params: targetIdParams, body: jsonBody(bodySchema) },
    responses: jsonAnswer(answerSchema, 'the changed channel'),
  });
  return createRouter().openapi(route, async (c) => {
    const current = await findTarget(deps.db, c.req.valid('param').id);
    const sent = Object.entries(c.req.valid('json')).filter(([, value]) => value !== undefined);
    const target = await changeTarget(deps, c.var.actor, current, Object.fromEntries(sent));
    return c.json({ item: channelItem(deps.db, target) }, 200);
  });
}
