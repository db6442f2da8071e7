import { inTransaction, revokeProxyKey } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, okSchema, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { targetIdParams } from '../targets/find-target.ts';
import { findProxyKey } from './find-proxy-key.ts';

export function revokeProxyKeyRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'delete',
    path: '/api/proxy/keys/{id}',
    summary: 'Revoke a key for good; it is dead in every gateway within a second',
    tags: ['gateway'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(okSchema, 'revoked, now or before'),
  });
  return createRouter().openapi(route, async (c) => {
    const { id, name } = await findProxyKey(deps.db, c.req.valid('param').id);
    await inTransaction(deps.db, async (tx) => {
      if (!(await revokeProxyKey(tx, id, deps.now()))) return;
      const action = { action: 'proxy_key.revoked', subject: { id, name } } as const;
      await recordAction(tx, c.var.actor, action, deps.now());
    });
    await deps.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [id] } });
    return c.json({ ok: true as const }, 200);
  });
}
