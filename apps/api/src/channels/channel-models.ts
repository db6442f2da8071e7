import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { changeTarget } from '../targets/change-target.ts';
import { findTarget, targetIdParams } from '../targets/find-target.ts';
import {
  targetModelsItem,
  targetModelsPatchSchema,
  targetModelsSchema,
} from '../targets/target-models.ts';

const path = '/api/admin/channels/{id}/models';

export function getChannelModelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path,
    summary: 'The models that a channel has shown, and those that are chosen to be probed',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(targetModelsSchema, 'the models'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    return c.json(await targetModelsItem(deps.db, target), 200);
  });
}

export function updateChannelModelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path,
    summary: 'Choose the models to probe; an empty list means all',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
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
