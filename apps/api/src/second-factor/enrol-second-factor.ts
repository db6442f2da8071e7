import { AppError } from '@api-monitor/core';
import { enrolSecondFactor, inTransaction } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { assertCurrentPassword, currentPasswordSchema } from '../auth/current-password.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { newTotpSecret, totpUri } from './one-time-code.ts';

const bodySchema = z
  .strictObject({ current_password: currentPasswordSchema })
  .openapi('SecondFactorEnrolment');

const answerSchema = z.object({
  item: z.object({
    secret: z.string().openapi({ description: 'base32, to be typed into an authenticator' }),
    uri: z.string().openapi({ description: 'otpauth://…, to be shown as a QR code' }),
  }),
});

export function enrolSecondFactorRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: '/api/admin/second-factor',
    summary: 'Begin with a second factor: its secret is shown this once',
    description:
      'It is in force once a code was sent to /api/admin/second-factor/confirm. It needs the current password, or a login of the last 15 minutes; a wrong one counts as a failed login.',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: { ...jsonBody(bodySchema), required: false } },
    responses: jsonAnswer(answerSchema, 'the secret of the authenticator'),
  });
  return createRouter().openapi(route, async (c) => {
    await assertCurrentPassword(deps, c, c.req.valid('json').current_password);
    const secret = newTotpSecret();
    await inTransaction(deps.db, async (tx) => {
      if (!(await enrolSecondFactor(tx, secret, deps.now()))) {
        throw new AppError('conflict', 'a second factor is in force already: remove it first');
      }
      await recordAction(tx, c.var.actor, { action: 'second_factor.enrolled' }, deps.now());
    });
    c.header('Cache-Control', 'no-store');
    return c.json({ item: { secret, uri: totpUri(secret) } }, 200);
  });
}
