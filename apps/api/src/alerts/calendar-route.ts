import { maintenanceBetween } from '@api-monitor/core';
import { listMaintenance } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { unixSecondsQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';

/** More than a calendar can show of one maintenance. */
const mostOfEach = 100;
const longestSpanS = 400 * 86_400;

const answerSchema = z.object({
  items: z.array(z.object({ id: z.int(), name: z.string(), from: z.number(), until: z.number() })),
});

/** When maintenance takes place, for a calendar. */
export function maintenanceCalendarRoute(deps: ApiDeps) {
  const { adminRoute } = createRouteKinds(deps, 'alerts');
  return createRouter().openapi(
    adminRoute('get', '/api/maintenance/calendar', {
      summary: `The periods of maintenance within a span of time, the first ${mostOfEach} of each`,
      request: { query: z.object({ from: unixSecondsQuery, until: unixSecondsQuery }) },
      responses: jsonAnswer(answerSchema, 'the periods'),
    }),
    async (c) => {
      const { from, until } = c.req.valid('query');
      const span = { from, until: Math.min(until, from + longestSpanS), most: mostOfEach };
      const items = (await listMaintenance(deps.db)).flatMap((one) =>
        maintenanceBetween(one, span).map((period) => ({ id: one.id, name: one.name, ...period })),
      );
      return c.json({ items }, 200);
    },
  );
}
