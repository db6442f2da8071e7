import { AppError } from '@api-monitor/core';
import {
  confirmSecondFactor,
  getSecondFactor,
  inTransaction,
  replaceRecoveryCodes,
} from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { codeBodySchema, recoveryCodesSchema } from './second-factor-schema.ts';
import { spendCode } from './spend-code.ts';
import { takeTotpCode } from './take-code.ts';

export function confirmSecondFactorRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/admin/second-factor/confirm',
    summary: 'Put the second factor in force with its first code; the recovery codes come once',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: jsonBody(codeBodySchema) },
    responses: jsonAnswer(recoveryCodesSchema, 'in force'),
  });
  return createRouter().openapi(route, async (c) => {
    const { code } = c.req.valid('json');
    const factor = await getSecondFactor(deps.db);
    if (!factor || factor.confirmed_at !== null) {
      throw new AppError('conflict', 'there is no second factor to be confirmed');
    }
    await spendCode(deps, () => takeTotpCode(deps.db, code, deps.now()));
    const recovery_codes = newRecoveryCodes();
    await inTransaction(deps.db, async (tx) => {
      await confirmSecondFactor(tx, deps.now());
      await replaceRecoveryCodes(tx, recovery_codes.map(hashRecoveryCode));
      await recordAction(tx, c.var.actor, { action: 'second_factor.confirmed' }, deps.now());
    });
    c.header('Cache-Control', 'no-store');
    return c.json({ ok: true as const, recovery_codes }, 200);
  });
}
