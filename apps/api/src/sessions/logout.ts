import { deleteAdminSession } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession, sessionOf } from '../auth/authenticate.ts';
import { jsonAnswer, okSchema, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { endedSessions } from '../settings/follow-settings.ts';
import { forgetCookie } from './admin-session.ts';

export function logoutRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/admin/logout',
    summary: 'End this admin session',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(okSchema, 'ended'),
  });
  return createRouter().openapi(route, async (c) => {
    await deleteAdminSession(deps.db, sessionOf(c).id);
    await recordAction(deps.db, c.var.actor, { action: 'session.closed' }, deps.now());
    await deps.bus.events.publish({ type: 'settings_changed', data: { keys: [endedSessions] } });
    forgetCookie(deps, c);
    return c.json({ ok: true as const }, 200);
  });
}
