import { AppError, changesBetween } from '@api-monitor/core';
import { createProxyKey, inTransaction, type ProxyKeyInput } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { checkedTargetIds } from './find-proxy-key.ts';
import { makeProxyKey } from './make-proxy-key.ts';
import {
  type CreateProxyKeyBody,
  createProxyKeySchema,
  shownKeySchema,
} from './proxy-key-schema.ts';

export function createProxyKeyRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/proxy/keys',
    summary: 'Make a key for the gateway; it is shown this once',
    tags: ['gateway'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: jsonBody(createProxyKeySchema) },
    responses: jsonAnswer(shownKeySchema, 'the new key'),
  });
  return createRouter().openapi(route, async (c) => {
    const input = await withDefaults(deps, c.req.valid('json'));
    const { text, ...secret } = makeProxyKey();
    const item = await inTransaction(deps.db, async (tx) => {
      const created = await createProxyKey(tx, { ...input, ...secret }, deps.now());
      const subject = { id: created.id, name: created.name };
      const changes = changesBetween({}, { ...input });
      const action = { action: 'proxy_key.created', subject, changes } as const;
      await recordAction(tx, c.var.actor, action, deps.now());
      return created;
    });
    await deps.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [item.id] } });
    c.header('Cache-Control', 'no-store');
    return c.json({ item, proxy_key: text }, 200);
  });
}

async function withDefaults(deps: ApiDeps, body: CreateProxyKeyBody): Promise<ProxyKeyInput> {
  const { name, description = '', enabled = true, allowed_models = [] } = body;
  const { expires_at = null, rpm_limit = null, tpm_limit = null } = body;
  if (expires_at !== null && expires_at <= deps.now()) {
    throw new AppError('invalid_input', 'expires_at must lie in the future (Unix seconds)');
  }
  const allowed_target_ids = await checkedTargetIds(deps.db, body.allowed_target_ids ?? []);
  const limits = { expires_at, rpm_limit, tpm_limit };
  return { name, description, enabled, allowed_models, allowed_target_ids, ...limits };
}
