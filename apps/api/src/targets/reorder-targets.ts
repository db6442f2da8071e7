import { inTransaction, listTargets, reorderTargets } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, okSchema, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';

const orderSchema = z.strictObject({ ids: z.array(z.int().positive()).min(1).max(10_000) });

export function reorderTargetsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/targets/reorder',
    summary: 'Put the channels in this order; those left out keep theirs, after these',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { body: jsonBody(orderSchema) },
    responses: jsonAnswer(okSchema, 'the order is kept'),
  });
  return createRouter().openapi(route, async (c) => {
    const { ids } = c.req.valid('json');
    const placeBefore = new Map(
      (await listTargets(deps.db)).map((one) => [one.id, one.sort_order]),
    );
    await inTransaction(deps.db, async (tx) => {
      await reorderTargets(tx, ids, deps.now());
      await recordAction(tx, c.var.actor, { action: 'targets.reordered' }, deps.now());
    });
    for (const { id: target_id, sort_order } of await listTargets(deps.db)) {
      if (placeBefore.get(target_id) === sort_order) continue;
      await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
    }
    return c.json({ ok: true as const }, 200);
  });
}
