import { deleteOtherAdminSessions, inTransaction } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession, sessionOf } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { endedSessions } from '../settings/follow-settings.ts';

const answerSchema = z.object({
  ok: z.literal(true),
  count: z.int().openapi({ description: 'how many were ended' }),
});

export function revokeOtherSessionsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'delete',
    path: '/api/admin/sessions',
    summary: "End every admin session but the caller's own",
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'ended'),
  });
  return createRouter().openapi(route, async (c) => {
    const count = await inTransaction(deps.db, async (tx) => {
      const ended = await deleteOtherAdminSessions(tx, sessionOf(c).id);
      const changes = [{ field: 'sessions', old: ended + 1, new: 1 }];
      await recordAction(tx, c.var.actor, { action: 'session.revoked', changes }, deps.now());
      return ended;
    });
    await deps.bus.events.publish({ type: 'settings_changed', data: { keys: [endedSessions] } });
    return c.json({ ok: true as const, count }, 200);
  });
}
