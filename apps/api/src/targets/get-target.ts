import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { findTarget, targetIdParams } from './find-target.ts';
import { rawJson } from './raw-json.ts';
import { targetSchema } from './target-schema.ts';
import { viewTarget } from './view-targets.ts';

export const targetItemSchema = z.object({ item: targetSchema });

export function getTargetRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets/{id}',
    summary: 'One channel, with the latest state and history of every model',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(targetItemSchema, 'the channel'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    const text = `{"item":${await viewTarget(deps, target, c.var.caller)}}`;
    return rawJson<z.infer<typeof targetItemSchema>>(c, text);
  });
}
