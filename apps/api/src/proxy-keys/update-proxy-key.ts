import { changesBetween, type ProxyKey, proxyKeyFieldSchemas } from '@api-monitor/core';
import { type Database, inTransaction, type ProxyKeyInput, updateProxyKey } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { targetIdParams } from '../targets/find-target.ts';
import { checkedTargetIds, findProxyKey, revokedError } from './find-proxy-key.ts';
import { type PatchProxyKeyBody, patchProxyKeySchema, proxyKeySchema } from './proxy-key-schema.ts';

const answerSchema = z.object({ item: proxyKeySchema });

export function updateProxyKeyRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path: '/api/proxy/keys/{id}',
    summary: 'Change or pause a key; it holds in every gateway within a second',
    tags: ['gateway'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { params: targetIdParams, body: jsonBody(patchProxyKeySchema) },
    responses: jsonAnswer(answerSchema, 'the changed key'),
  });
  return createRouter().openapi(route, async (c) => {
    const current = await findProxyKey(deps.db, c.req.valid('param').id);
    const patch = await patchOf(deps.db, current, c.req.valid('json'));
    const item = await inTransaction(deps.db, async (tx) => {
      const changed = await updateProxyKey(tx, current.id, patch);
      if (!changed) throw revokedError(current);
      const subject = { id: changed.id, name: changed.name };
      const changes = changesBetween({ ...current }, { ...patch });
      const action = { action: 'proxy_key.changed', subject, changes } as const;
      await recordAction(tx, c.var.actor, action, deps.now());
      return changed;
    });
    await deps.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [item.id] } });
    return c.json({ item }, 200);
  });
}

/** The fields that the caller did send and may set. */
async function patchOf(
  db: Database,
  current: ProxyKey,
  body: PatchProxyKeyBody,
): Promise<Partial<ProxyKeyInput>> {
  const sent = Object.entries(body).filter(
    ([field, value]) => field in proxyKeyFieldSchemas && value !== undefined,
  );
  // The schema checked each of them under its name.
  const patch = Object.fromEntries(sent) as Partial<ProxyKeyInput>;
  if (!patch.allowed_target_ids) return patch;
  const known = current.allowed_target_ids;
  return {
    ...patch,
    allowed_target_ids: await checkedTargetIds(db, patch.allowed_target_ids, known),
  };
}
