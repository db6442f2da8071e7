import { auditActions, auditActors } from '@api-monitor/core';
import { listAudit } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { idQuery, unixSecondsQuery } from '../proxy-requests/filter-query.ts';
import { createRouter } from '../router.ts';
import { limitQuery } from '../whole-number-query.ts';
import { auditValueSchema } from './audit-schema.ts';

const querySchema = z.object({
  actor: z.enum(auditActors).optional(),
  session_id: idQuery.optional(),
  address: z.string().max(64).optional(),
  action: z.enum(auditActions).optional(),
  subject_id: idQuery.optional().openapi({ type: 'integer', description: "a channel's or key's" }),
  from: unixSecondsQuery.optional(),
  to: unixSecondsQuery.optional(),
  before_id: idQuery.optional().openapi({ type: 'integer', description: 'the next page' }),
  limit: limitQuery({ default: 100, max: 500 }),
});

const entrySchema = z
  .object({
    id: z.int(),
    timestamp: z.number().openapi({ description: 'Unix seconds' }),
    actor: z.enum(auditActors),
    session_id: z.int().nullable(),
    address: z.string(),
    action: z.enum(auditActions),
    subject_id: z.int().nullable(),
    subject_name: z.string(),
    changes: z
      .array(z.object({ field: z.string(), old: auditValueSchema, new: auditValueSchema }))
      .openapi({ description: 'of a secret only that it changed' }),
  })
  .openapi('AuditEntry');

const answerSchema = z.object({
  items: z.array(entrySchema),
  next_before_id: z
    .int()
    .nullable()
    .openapi({ description: 'before_id of the next page; null: this is the last' }),
});

export function listAuditRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/audit',
    summary: 'Who did what, and when, newest first; never a secret',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { query: querySchema },
    responses: jsonAnswer(answerSchema, 'a page of the log'),
  });
  return createRouter().openapi(route, async (c) => {
    const { limit, ...filter } = c.req.valid('query');
    const found = await listAudit(deps.db, { ...filter, limit: limit + 1 });
    const items = found.slice(0, limit);
    const next_before_id = found.length > limit ? (items.at(-1)?.id ?? null) : null;
    return c.json({ items, next_before_id }, 200);
  });
}
