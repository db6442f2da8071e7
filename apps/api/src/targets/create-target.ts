import { changesBetween } from '@api-monitor/core';
import { createTarget, inTransaction } from '@api-monitor/db';
import { createRoute, type z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { targetItemSchema } from './get-target.ts';
import { assertElsewhere } from './own-address.ts';
import { rawJson } from './raw-json.ts';
import { createTargetSchema, settableFields } from './target-body-schema.ts';
import { viewTarget } from './view-targets.ts';
import { withTargetDefaults } from './with-target-defaults.ts';

export function createTargetRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/targets',
    summary: 'Add a channel',
    description: "Refused if base_url is this monitor's own address.",
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { body: jsonBody(createTargetSchema) },
    responses: jsonAnswer(targetItemSchema, 'the new channel'),
  });
  return createRouter().openapi(route, async (c) => {
    const body = c.req.valid('json');
    const { name, base_url, api_key } = body;
    assertElsewhere(c, deps, base_url);
    const given = { ...settableFields(body), name, base_url, api_key };
    const input = await withTargetDefaults(deps, given);
    const target = await inTransaction(deps.db, async (tx) => {
      const created = await createTarget(tx, input, deps.now());
      const changes = changesBetween({}, { ...input }, ['api_key']);
      const subject = { id: created.id, name: created.name };
      const action = { action: 'target.created', subject, changes } as const;
      await recordAction(tx, c.var.actor, action, deps.now());
      return created;
    });
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id: target.id } });
    const text = `{"item":${await viewTarget(deps, target, c.var.caller)}}`;
    return rawJson<z.infer<typeof targetItemSchema>>(c, text);
  });
}
