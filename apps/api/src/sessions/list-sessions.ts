import { listAdminSessions } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession, sessionOf } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { sessionSchema } from './session-schema.ts';

const answerSchema = z.object({
  items: z.array(
    sessionSchema.extend({ current: z.boolean().openapi({ description: "this caller's own" }) }),
  ),
});

export function listSessionsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/sessions',
    summary: 'The admin sessions in force, the one seen last first',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'the sessions'),
  });
  return createRouter().openapi(route, async (c) => {
    const own = sessionOf(c).id;
    const sessions = await listAdminSessions(deps.db, deps.now());
    const items = sessions.map((session) => ({ ...session, current: session.id === own }));
    return c.json({ items }, 200);
  });
}
