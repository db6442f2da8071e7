import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { findTarget, targetIdParams } from '../targets/find-target.ts';
import { analyse } from './analyse.ts';
import { rangeQuery } from './analysis-range.ts';
import { analysisSchema } from './analysis-schema.ts';

const answerSchema = z.object({
  target: z.object({ id: z.int(), name: z.string() }),
  ...analysisSchema.shape,
});

export function analyseTargetRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets/{id}/analysis',
    summary: 'A channel over time: availability, latency and errors of each of its models',
    description:
      'Every probe of the range counts, but for those skipped. Latency and first token are those of probes that passed; their percentiles come from histograms and are within `accuracy` of the true ones.',
    tags: ['history'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: { params: targetIdParams, query: z.object({ range: rangeQuery }) },
    responses: jsonAnswer(answerSchema, 'the figures, model by model'),
  });
  return createRouter().openapi(route, async (c) => {
    const { id, name } = await findTarget(deps.db, c.req.valid('param').id);
    const { range } = c.req.valid('query');
    const names = new Map([[id, name]]);
    const analysis = await analyse(deps.db, { range, nowS: deps.now(), target_id: id, names });
    return c.json({ target: { id, name }, ...analysis }, 200);
  });
}
