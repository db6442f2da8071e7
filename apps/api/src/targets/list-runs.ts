import { listRuns } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { limitQuery } from '../whole-number-query.ts';
import { findTarget, targetIdParams } from './find-target.ts';
import { rawJson } from './raw-json.ts';
import { runItem } from './run-item.ts';
import { runSchema } from './run-schema.ts';
import { targetSchema } from './target-schema.ts';
import { viewTarget } from './view-targets.ts';

const answerSchema = z.object({ target: targetSchema, items: z.array(runSchema) });

export function listRunsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets/{id}/runs',
    summary: "A channel's runs, newest first",
    tags: ['history'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: {
      params: targetIdParams,
      query: z.object({
        limit: limitQuery({ default: 20, max: 200 }),
        traffic: z
          .enum(['0', '1'])
          .optional()
          .openapi({ description: '1: the probes of one model too that traffic asked for' }),
      }),
    },
    responses: jsonAnswer(answerSchema, 'the runs'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    const { limit, traffic } = c.req.valid('query');
    const items = await listRuns(deps.db, target.id, limit, { with_traffic: traffic === '1' });
    const view = await viewTarget(deps, target, c.var.caller);
    const text = `{"target":${view},"items":${JSON.stringify(items.map(runItem))}}`;
    return rawJson<z.infer<typeof answerSchema>>(c, text);
  });
}
