import {
  isTimeZone,
  proxyRequestSchema,
  proxyTotalsShape,
  recordedRoutes,
  requestOutcomes,
  unixSeconds,
} from '@api-monitor/core';
import { listProxyRequests, sumProxyRequests, totalsGroups } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, pageOf, pageSchema } from '../describe-route.ts';
import { idQuery, limitQuery, unixSecondsQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { readCurrency } from '../settings/read-currency.ts';

/** How far totals reach back without `from`. */
const defaultSpanS = 7 * 86_400;

/** The filters of the gateway's requests, for the list and the totals. */
export const filterQuery = {
  key_id: z
    .union([z.literal('master').transform(() => null), idQuery], {
      error: 'must be the id of a proxy key, or "master"',
    })
    .optional()
    .openapi({ type: 'string', description: 'the id of a key, or master' }),
  target_id: idQuery.optional(),
  model: z.string().max(512).optional().openapi({ description: 'as the channel names it' }),
  route: z.enum(recordedRoutes).optional(),
  outcome: z
    .enum(requestOutcomes)
    .optional()
    .openapi({ description: 'a stream that broke midway is an upstream_error' }),
  from: unixSecondsQuery.optional(),
  to: unixSecondsQuery.optional(),
};

const listQuery = z.object({
  ...filterQuery,
  before_id: idQuery.optional().openapi({ type: 'integer', description: 'the next page' }),
  after_id: idQuery
    .optional()
    .openapi({ type: 'integer', description: 'only requests that were recorded after this one' }),
  limit: limitQuery({ default: 50, max: 200 }),
});

const requestSchema = z
  .object({ id: z.int(), ...proxyRequestSchema.shape, outcome: z.enum(requestOutcomes) })
  .openapi('ProxyRequest');

const currency = z.string().describe('what every `cost` is in');

const listAnswerSchema = pageSchema(requestSchema).extend({ currency });

export const zoneQuery = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be a time zone such as Europe/Berlin, or an offset such as +05:30')
  .default('UTC')
  .openapi({ description: 'where days begin: a time zone, or an offset such as +05:30' });

const totalsAnswerSchema = z.object({
  group_by: z.enum(totalsGroups),
  zone: z.string(),
  from: unixSeconds,
  to: unixSeconds,
  currency,
  items: z.array(z.object(proxyTotalsShape.shape).openapi('ProxyTotals')),
});

export function proxyRequestRoutes(deps: ApiDeps) {
  const { adminRoute } = createRouteKinds(deps, 'gateway');
  return createRouter()
    .openapi(
      adminRoute('get', '/api/proxy/requests', {
        summary: 'The requests that the gateway served, newest first, without their content',
        request: { query: listQuery },
        responses: jsonAnswer(listAnswerSchema, 'a page of requests'),
      }),
      async (c) => {
        const { limit, ...filter } = c.req.valid('query');
        const found = await listProxyRequests(deps.db, { ...filter, limit: limit + 1 });
        return c.json({ ...pageOf(found, limit), currency: await readCurrency(deps) }, 200);
      },
    )
    .openapi(
      adminRoute('get', '/api/proxy/requests/totals', {
        summary:
          'Totals of the requests that the gateway served, in whole hours, by default of 7 days',
        request: {
          query: z.object({
            ...filterQuery,
            group_by: z.enum(totalsGroups).default('key'),
            zone: zoneQuery,
          }),
        },
        responses: jsonAnswer(totalsAnswerSchema, 'the totals'),
      }),
      async (c) => {
        const { to = deps.now(), ...given } = c.req.valid('query');
        const from = given.from ?? Math.max(0, to - defaultSpanS);
        const items = await sumProxyRequests(deps.db, { ...given, from, to });
        const { group_by, zone } = given;
        const currency = await readCurrency(deps);
        return c.json({ group_by, zone, from, to, currency, items }, 200);
      },
    );
}
