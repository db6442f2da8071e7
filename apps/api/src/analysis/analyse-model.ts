import { listTargets } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { analyse } from './analyse.ts';
import { rangeQuery } from './analysis-range.ts';
import { analysisSchema } from './analysis-schema.ts';

const answerSchema = z.object({ model: z.string(), ...analysisSchema.shape });

export function analyseModelRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/models/analysis',
    summary: 'A model over time: how each channel that offers it has done',
    description: 'As a channel’s analysis, but an item for each channel.',
    tags: ['models'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: {
      query: z.object({ model: z.string().min(1).max(512), range: rangeQuery }),
    },
    responses: jsonAnswer(answerSchema, 'the figures, channel by channel'),
  });
  return createRouter().openapi(route, async (c) => {
    const { model, range } = c.req.valid('query');
    const targets = await listTargets(deps.db);
    const names = new Map(targets.map(({ id, name }) => [id, name]));
    const analysis = await analyse(deps.db, { range, nowS: deps.now(), model, names });
    return c.json({ model, ...analysis }, 200);
  });
}
