import { listProxyRequests } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { limitQuery } from '../whole-number-query.ts';
import { filterQuery, idQuery } from './filter-query.ts';
import { proxyRequestItemSchema } from './proxy-request-schema.ts';

const querySchema = z.object({
  ...filterQuery,
  before_id: idQuery.optional().openapi({ type: 'integer', description: 'the next page' }),
  after_id: idQuery
    .optional()
    .openapi({ type: 'integer', description: 'those alone that were written after this one' }),
  limit: limitQuery({ default: 50, max: 200 }),
});

const answerSchema = z.object({
  items: z.array(proxyRequestItemSchema),
  next_before_id: z
    .int()
    .nullable()
    .openapi({ description: 'before_id of the next page; null: this is the last' }),
});

export function listProxyRequestsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/proxy/requests',
    summary: 'What the gateway served, newest first; never any content',
    tags: ['gateway'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { query: querySchema },
    responses: jsonAnswer(answerSchema, 'a page of requests'),
  });
  return createRouter().openapi(route, async (c) => {
    const { limit, ...filter } = c.req.valid('query');
    const found = await listProxyRequests(deps.db, { ...filter, limit: limit + 1 });
    const items = found.slice(0, limit);
    const next_before_id = found.length > limit ? (items.at(-1)?.id ?? null) : null;
    return c.json({ items, next_before_id }, 200);
  });
}
