import { revokeProxyKey } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
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
    const { id } = await findProxyKey(deps.db, c.req.valid('param').id);
    await revokeProxyKey(deps.db, id, deps.now());
    await deps.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [id] } });
    return c.json({ ok: true as const }, 200);
  });
}
