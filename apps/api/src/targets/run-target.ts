import { AppError } from '@api-monitor/core';
import { listRunningTargetIds } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { assertAdmin, authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { findTarget, targetIdParams } from './find-target.ts';

const answerSchema = z.object({ ok: z.literal(true), message: z.string() });

export function runTargetRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/targets/{id}/run',
    summary: 'Probe a channel now, a disabled one too',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: { params: targetIdParams },
    responses: jsonAnswer(answerSchema, 'the run starts'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    if (!target.visitor_channel_actions_enabled) assertAdmin(c.var.caller);
    const isRunning = (await listRunningTargetIds(deps.db)).includes(target.id);
    const isTaken =
      !isRunning && (await deps.bus.manualRuns.add(String(target.id), { target_id: target.id }));
    if (!isTaken) throw new AppError('conflict', `channel "${target.name}" is running already`);
    const { id, name } = target;
    const action = { action: 'target.run', subject: { id, name } } as const;
    await recordAction(deps.db, c.var.actor, action, deps.now());
    return c.json({ ok: true as const, message: `channel "${target.name}" starts running` }, 200);
  });
}
