import { listTargets } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { findTarget } from '../targets/change-targets.ts';
import { analyse } from './analyse.ts';
import { rangeQuery } from './analysis-range.ts';
import { analysisSchema } from './analysis-schema.ts';

const targetAnswerSchema = z.object({
  target: z.object({ id: z.int(), name: z.string() }),
  ...analysisSchema.shape,
});
const modelAnswerSchema = z.object({ model: z.string(), ...analysisSchema.shape });

export function analysisRoutes(deps: ApiDeps) {
  return createRouter()
    .openapi(
      createRouteKinds(deps, 'history').visitorRoute('get', '/api/targets/{id}/analysis', {
        summary: 'A channel over time: availability, latency and errors of each of its models',
        description:
          'Availability is the share of the watched time in which models could serve: each check of a run covers the time since the one before, at most two intervals (of a model that every sixth run asks, two times six). An outage of a minute or more between two checks counts from the failure that a client met to the next answer. Other rechecks and models that are not asked do not count. Latency and time to first token are those of probes that passed; their percentiles come from histograms and are within `accuracy` of the true ones.',
        request: { params: idParams, query: z.object({ range: rangeQuery }) },
        responses: jsonAnswer(targetAnswerSchema, 'the figures, model by model'),
      }),
      async (c) => {
        const { id, name } = await findTarget(deps.db, c.req.valid('param').id);
        const { range } = c.req.valid('query');
        const names = new Map([[id, name]]);
        const analysis = await analyse(deps.db, { range, nowS: deps.now(), target_id: id, names });
        return c.json({ target: { id, name }, ...analysis }, 200);
      },
    )
    .openapi(
      createRouteKinds(deps, 'models').visitorRoute('get', '/api/models/analysis', {
        summary: 'A model over time: how each channel that offers it has performed',
        description:
          'Like the analysis of a channel, with an item for each channel. In total the model is available while one of them is.',
        request: { query: z.object({ model: z.string().min(1).max(512), range: rangeQuery }) },
        responses: jsonAnswer(modelAnswerSchema, 'the figures, channel by channel'),
      }),
      async (c) => {
        const { model, range } = c.req.valid('query');
        const targets = await listTargets(deps.db);
        const names = new Map(targets.map(({ id, name }) => [id, name]));
        const analysis = await analyse(deps.db, { range, nowS: deps.now(), model, names });
        return c.json({ model, ...analysis }, 200);
      },
    );
}
