import { auditActions, auditActors, auditEntryShape } from '@api-monitor/core';
import { listAudit } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, pageOf, pageSchema } from '../describe-route.ts';
import { idQuery, limitQuery, unixSecondsQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';

const querySchema = z.object({
  actor: z.enum(auditActors).optional(),
  session_id: idQuery.optional(),
  address: z.string().max(64).optional(),
  action: z.enum(auditActions).optional(),
  subject_id: idQuery
    .optional()
    .openapi({ type: 'integer', description: 'the id of a channel or a key' }),
  from: unixSecondsQuery.optional(),
  to: unixSecondsQuery.optional(),
  before_id: idQuery.optional().openapi({ type: 'integer', description: 'the next page' }),
  limit: limitQuery({ default: 100, max: 500 }),
});

const entrySchema = z.object(auditEntryShape.shape).openapi('AuditEntry');

export function auditRoutes(deps: ApiDeps) {
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  return createRouter().openapi(
    sessionRoute('get', '/api/admin/audit', {
      summary: 'The audit log: who did what and when, newest first, without secrets',
      request: { query: querySchema },
      responses: jsonAnswer(pageSchema(entrySchema), 'a page of the log'),
    }),
    async (c) => {
      const { limit, ...filter } = c.req.valid('query');
      return c.json(pageOf(await listAudit(deps.db, { ...filter, limit: limit + 1 }), limit), 200);
    },
  );
}
