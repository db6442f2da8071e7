import { sumProxyRequests, totalsGroups } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { filterQuery } from './filter-query.ts';

/** Without `from`, totals reach back this far. */
const defaultSpanS = 7 * 86_400;

const querySchema = z.object({ ...filterQuery, group_by: z.enum(totalsGroups).default('key') });

const answerSchema = z.object({
  group_by: z.enum(totalsGroups),
  from: z.number().openapi({ description: 'Unix seconds' }),
  to: z.number().openapi({ description: 'Unix seconds' }),
  items: z.array(
    z
      .object({
        group: z.union([z.number(), z.string()]).nullable().openapi({
          description:
            "a key's or channel's id, a model, or an hour's or UTC day's start; null: none",
        }),
        name: z.string().nullable().openapi({ description: 'of the key or the channel' }),
        requests: z.int(),
        failures: z.int().openapi({ description: 'a client that left is none' }),
        input_tokens: z.int(),
        output_tokens: z.int(),
        first_byte_s: z.number().nullable().openapi({ description: 'mean' }),
      })
      .openapi('ProxyTotals'),
  ),
});

export function sumProxyRequestsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/proxy/requests/totals',
    summary: 'What the gateway served in sum, in whole hours; of 7 days unless told',
    tags: ['gateway'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { query: querySchema },
    responses: jsonAnswer(answerSchema, 'the totals'),
  });
  return createRouter().openapi(route, async (c) => {
    const { group_by, to = deps.now(), ...filter } = c.req.valid('query');
    const from = filter.from ?? Math.max(0, to - defaultSpanS);
    const items = await sumProxyRequests(deps.db, { ...filter, group_by, from, to });
    return c.json({ group_by, from, to, items }, 200);
  });
}
