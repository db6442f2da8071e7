import { openApiKey } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { findTarget, targetIdParams } from './find-target.ts';

const answerSchema = z.object({ item: z.object({ id: z.int(), api_key: z.string() }) });

export function targetSecretRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets/{id}/secret',
    summary: "A channel's API key in the clear",
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(answerSchema, 'the key'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    const { id, name } = target;
    const action = { action: 'target.secret_read', subject: { id, name } } as const;
    await recordAction(deps.db, c.var.actor, action, deps.now());
    c.header('Cache-Control', 'no-store');
    return c.json({ item: { id, api_key: openApiKey(deps.db, target) } }, 200);
  });
}
