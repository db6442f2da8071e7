import { inTransaction, regenerateProxyKey } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { targetIdParams } from '../targets/find-target.ts';
import { findProxyKey, revokedError } from './find-proxy-key.ts';
import { makeProxyKey } from './make-proxy-key.ts';
import { shownKeySchema } from './proxy-key-schema.ts';

export function regenerateProxyKeyRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/proxy/keys/{id}/regenerate',
    summary: 'Give a key another text, shown this once; the old one holds no more',
    tags: ['gateway'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(shownKeySchema, 'the key and its new text'),
  });
  return createRouter().openapi(route, async (c) => {
    const current = await findProxyKey(deps.db, c.req.valid('param').id);
    const { text, ...secret } = makeProxyKey();
    const item = await inTransaction(deps.db, async (tx) => {
      const changed = await regenerateProxyKey(tx, current.id, secret);
      if (!changed) throw revokedError(current);
      const subject = { id: changed.id, name: changed.name };
      const action = { action: 'proxy_key.regenerated', subject } as const;
      await recordAction(tx, c.var.actor, action, deps.now());
      return changed;
    });
    await deps.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [item.id] } });
    c.header('Cache-Control', 'no-store');
    return c.json({ item, proxy_key: text }, 200);
  });
}
