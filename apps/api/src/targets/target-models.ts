import { type Target, targetFieldSchemas, wireProtocols } from '@api-monitor/core';
import { type Database, listAvailableModels } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { changeTarget } from './change-target.ts';
import { findTarget, targetIdParams } from './find-target.ts';

/** What both the channel's own call and the admin panel's answer. */
export const targetModelsSchema = z.object({
  item: z.object({
    target_id: z.int(),
    target_name: z.string(),
    selected_models: z.array(z.string()).openapi({ description: 'empty: all' }),
    available_models: z.array(
      z.object({ model: z.string(), protocol: z.enum(wireProtocols), success: z.boolean() }),
    ),
  }),
});

/** The item's other fields: accepted, so that what was read can be written back, and dropped. */
const ignored = z.unknown().optional().openapi({ description: 'read-only: ignored' });
export const targetModelsPatchSchema = z.strictObject({
  selected_models: targetFieldSchemas.selected_models,
  target_id: ignored,
  target_name: ignored,
  available_models: ignored,
});

export function getTargetModelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets/{id}/models',
    summary: 'The models that a channel has shown, and those that are chosen to be probed',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(targetModelsSchema, 'the models'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    return c.json(await targetModelsItem(deps.db, target), 200);
  });
}

export function updateTargetModelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path: '/api/targets/{id}/models',
    summary: 'Choose the models to probe; an empty list means all',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { params: targetIdParams, body: jsonBody(targetModelsPatchSchema) },
    responses: jsonAnswer(targetModelsSchema, 'the models'),
  });
  return createRouter().openapi(route, async (c) => {
    const current = await findTarget(deps.db, c.req.valid('param').id);
    const { selected_models } = c.req.valid('json');
    const target = await changeTarget(deps, c.var.actor, current, { selected_models });
    return c.json(await targetModelsItem(deps.db, target), 200);
  });
}

/** The models of a channel, chosen ones and those it has shown. */
export async function targetModelsItem(
  db: Database,
  target: Target,
): Promise<z.infer<typeof targetModelsSchema>> {
  const available_models = await listAvailableModels(db, target.id);
  const { id, name, selected_models } = target;
  return { item: { target_id: id, target_name: name, selected_models, available_models } };
}
