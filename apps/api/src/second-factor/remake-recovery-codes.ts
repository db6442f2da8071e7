import { inTransaction, replaceRecoveryCodes } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { codeBodySchema, recoveryCodesSchema } from './second-factor-schema.ts';
import { spendCode } from './spend-code.ts';
import { takeCode } from './take-code.ts';

export function remakeRecoveryCodesRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/admin/second-factor/recovery-codes',
    summary: 'Make new recovery codes; the old ones hold no more',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: jsonBody(codeBodySchema) },
    responses: jsonAnswer(recoveryCodesSchema, 'the codes'),
  });
  return createRouter().openapi(route, async (c) => {
    const { code } = c.req.valid('json');
    await spendCode(deps, () => takeCode(deps.db, code, deps.now()));
    const recovery_codes = newRecoveryCodes();
    await inTransaction(deps.db, async (tx) => {
      await replaceRecoveryCodes(tx, recovery_codes.map(hashRecoveryCode));
      await recordAction(tx, c.var.actor, { action: 'recovery_codes.made' }, deps.now());
    });
    c.header('Cache-Control', 'no-store');
    return c.json({ ok: true as const, recovery_codes }, 200);
  });
}
