import { AppError } from '@api-monitor/core';
import { deleteTarget } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, okSchema, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { findTarget, targetIdParams } from './find-target.ts';

export function deleteTargetRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'delete',
    path: '/api/targets/{id}',
    summary: 'Delete a channel with its runs',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(okSchema, 'deleted'),
  });
  return createRouter().openapi(route, async (c) => {
    const { id, name } = await findTarget(deps.db, c.req.valid('param').id);
    const action = { action: 'target.deleted', subject: { id, name } } as const;
    // Before: the runs' deletion may take minutes, and be finished by a later start.
    await recordAction(deps.db, c.var.actor, action, deps.now());
    const wasThere = await deleteTarget(deps.db, id, deps.now());
    if (!wasThere) throw new AppError('not_found', `there is no channel ${id}`);
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id: id } });
    return c.json({ ok: true as const }, 200);
  });
}
