import { inTransaction, removeSecondFactor } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, okSchema, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { codeBodySchema } from './second-factor-schema.ts';
import { spendCode } from './spend-code.ts';
import { takeCode } from './take-code.ts';

export function removeSecondFactorRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/admin/second-factor/remove',
    summary: 'Log in without a code again; a last code is needed for it',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: jsonBody(codeBodySchema) },
    responses: jsonAnswer(okSchema, 'removed'),
  });
  return createRouter().openapi(route, async (c) => {
    const { code } = c.req.valid('json');
    await spendCode(deps, () => takeCode(deps.db, code, deps.now()));
    await inTransaction(deps.db, async (tx) => {
      await removeSecondFactor(tx);
      await recordAction(tx, c.var.actor, { action: 'second_factor.removed' }, deps.now());
    });
    return c.json({ ok: true as const }, 200);
  });
}
