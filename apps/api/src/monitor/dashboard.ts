import { countTargets } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';

const answerSchema = z.object({
  total_targets: z.int(),
  enabled_targets: z.int(),
  running_targets: z.int(),
  healthy: z.int(),
  degraded: z.int(),
  down_or_error: z.int(),
});

export function dashboardRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/dashboard',
    summary: 'How many channels there are, and how they are',
    tags: ['monitor'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    responses: jsonAnswer(answerSchema, 'the counts'),
  });
  return createRouter().openapi(route, async (c) => c.json(await countTargets(deps.db), 200));
}
