import { AppError, type Target, targetFieldSchemas, wireProtocols } from '@api-monitor/core';
import { type Database, listAvailableModels, updateTarget } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { findTarget, targetIdParams } from './find-target.ts';

const answerSchema = z.object({
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
const patchSchema = z.strictObject({
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
    responses: jsonAnswer(answerSchema, 'the models'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    return c.json(await itemOf(deps.db, target), 200);
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
    request: { params: targetIdParams, body: jsonBody(patchSchema) },
    responses: jsonAnswer(answerSchema, 'the models'),
  });
  return createRouter().openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { selected_models } = c.req.valid('json');
    const target = await updateTarget(deps.db, id, { selected_models }, deps.now());
    if (!target) throw new AppError('not_found', `there is no channel ${id}`);
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id: id } });
    return c.json(await itemOf(deps.db, target), 200);
  });
}

async function itemOf(db: Database, target: Target): Promise<z.infer<typeof answerSchema>> {
  const available_models = await listAvailableModels(db, target.id);
  const { id, name, selected_models } = target;
  return { item: { target_id: id, target_name: name, selected_models, available_models } };
}
