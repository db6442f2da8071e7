import { AppError } from '@api-monitor/core';
import { deleteAdminSession, inTransaction } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, okSchema, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { endedSessions } from '../settings/follow-settings.ts';
import { targetIdParams } from '../targets/find-target.ts';

export function revokeSessionRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'delete',
    path: '/api/admin/sessions/{id}',
    summary: 'End an admin session, wherever it is',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(okSchema, 'ended'),
  });
  return createRouter().openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await inTransaction(deps.db, async (tx) => {
      const session = await deleteAdminSession(tx, id);
      if (!session) throw new AppError('not_found', `there is no session ${id}`);
      const subject = { id, name: session.address };
      await recordAction(tx, c.var.actor, { action: 'session.revoked', subject }, deps.now());
    });
    await deps.bus.events.publish({ type: 'settings_changed', data: { keys: [endedSessions] } });
    return c.json({ ok: true as const }, 200);
  });
}
