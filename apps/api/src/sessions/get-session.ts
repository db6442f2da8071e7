import { getSecondFactor } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession, sessionOf } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { sessionSchema } from './session-schema.ts';

const answerSchema = z.object({
  item: sessionSchema,
  second_factor: z.boolean().openapi({ description: 'whether logging in needs a code' }),
});

export function getSessionRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/session',
    summary: "The caller's own admin session; 401 or 403 without one",
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'the session'),
  });
  return createRouter().openapi(route, async (c) => {
    const factor = await getSecondFactor(deps.db);
    return c.json({ item: sessionOf(c), second_factor: Boolean(factor?.confirmed_at) }, 200);
  });
}
