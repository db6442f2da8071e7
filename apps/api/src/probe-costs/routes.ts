import { secondsPerDay, unixSeconds } from '@api-monitor/core';
import { readProbeUsage } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { findTarget } from '../targets/change-targets.ts';
import { costSchema, previewCost, previewSchema } from './preview-cost.ts';
import { sumUsage } from './used-today.ts';

const cost = {
  requests: z.int().describe('HTTP requests'),
  tokens: z.int().describe('in and out, as far as the channel reported them'),
  cost: z
    .number()
    .nullable()
    .describe('what the tokens cost, as far as their price is known; null: not shown to visitors'),
  unpriced: z
    .int()
    .nullable()
    .describe('probes whose cost is unknown; null: not shown to visitors'),
};

const usageSchema = z.object({
  item: z
    .object({
      target_id: z.int(),
      since: unixSeconds.describe('midnight UTC'),
      ...cost,
      probe_requests_per_day: z.int().describe('the budget; 0: no limit'),
      probe_tokens_per_day: z.int().describe('the budget; 0: no limit'),
      models: z
        .array(z.object({ model: z.string(), ...cost }))
        .describe('the most expensive first; those that cost nothing are left out'),
    })
    .openapi('ProbeUsage'),
});

export function probeCostRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { visitorRoute, adminRoute } = createRouteKinds(deps, 'targets');
  return createRouter()
    .openapi(
      adminRoute('post', '/api/targets/preview', {
        summary: 'About what the probes of a channel would cost a day; nothing is stored or asked',
        description:
          'Failed requests are repeated and cost more; models that clients have just used cost nothing (traffic_proves).',
        request: { body: jsonBody(previewSchema) },
        responses: jsonAnswer(z.object({ item: costSchema }), 'the estimate'),
      }),
      async (c) => c.json({ item: await previewCost(deps, c.req.valid('json')) }, 200),
    )
    .openapi(
      visitorRoute('get', '/api/targets/{id}/probe-usage', {
        summary: 'What the probes of a channel have cost today, by model',
        request: { params: idParams },
        responses: jsonAnswer(usageSchema, 'requests and tokens since midnight UTC'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        const { id, probe_requests_per_day, probe_tokens_per_day } = target;
        const used = await readProbeUsage(db, { day: now(), target_id: id });
        const since = Math.floor(now() / secondsPerDay) * secondsPerDay;
        const hidden = c.var.caller === 'admin' ? {} : { cost: null, unpriced: null };
        const models = used.map(({ target_id: _id, ...one }) => ({ ...one, ...hidden }));
        const budget = { probe_requests_per_day, probe_tokens_per_day };
        const item = { target_id: id, since, ...sumUsage(used), ...hidden, ...budget, models };
        return c.json({ item }, 200);
      },
    );
}
