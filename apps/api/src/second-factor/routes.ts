import { AppError } from '@api-monitor/core';
import {
  confirmSecondFactor,
  countRecoveryCodes,
  enrolSecondFactor,
  getSecondFactor,
  inTransaction,
  removeSecondFactor,
  replaceRecoveryCodes,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { assertCurrentPassword, currentPasswordSchema } from '../auth/check-password.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import {
  hashRecoveryCode,
  newRecoveryCodes,
  newTotpSecret,
  spendCode,
  takeCode,
  takeTotpCode,
  totpUri,
} from './codes.ts';

const stateSchema = z.object({
  item: z.object({
    enabled: z.boolean().openapi({ description: 'whether logging in needs a code' }),
    confirmed_at: z.number().nullable().openapi({ description: 'Unix seconds' }),
    recovery_codes_left: z.int(),
  }),
});

const enrolmentSchema = z
  .strictObject({ current_password: currentPasswordSchema })
  .openapi('SecondFactorEnrolment');

const secretSchema = z.object({
  item: z.object({
    secret: z.string().openapi({ description: 'base32, to type into an authenticator app' }),
    uri: z.string().openapi({ description: 'otpauth://…, to show as a QR code' }),
  }),
});

const codeBodySchema = z
  .strictObject({ code: z.string().min(1).max(64) })
  .openapi('SecondFactorCode');

const recoveryCodesSchema = z.object({
  ok: z.literal(true),
  recovery_codes: z
    .array(z.string())
    .openapi({ description: 'each good for one login without the authenticator; shown only once' }),
});

export function secondFactorRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  const path = '/api/admin/second-factor';
  return createRouter()
    .openapi(
      sessionRoute('get', path, {
        summary: 'Whether logging in needs a code',
        responses: jsonAnswer(stateSchema, 'the second factor'),
      }),
      async (c) => {
        const confirmed_at = (await getSecondFactor(db))?.confirmed_at ?? null;
        const recovery_codes_left = await countRecoveryCodes(db);
        const item = { enabled: confirmed_at !== null, confirmed_at, recovery_codes_left };
        return c.json({ item }, 200);
      },
    )
    .openapi(
      sessionRoute('post', path, {
        summary: 'Set up a second factor; its secret is shown only once',
        description:
          'It becomes active once a code is sent to /api/admin/second-factor/confirm. Setting it up needs the current password, or a login within the last 15 minutes; a wrong password counts as a failed login.',
        request: { body: { ...jsonBody(enrolmentSchema), required: false } },
        responses: jsonAnswer(secretSchema, 'the secret of the authenticator'),
      }),
      async (c) => {
        await assertCurrentPassword(deps, c, c.req.valid('json').current_password);
        const secret = newTotpSecret();
        await inTransaction(db, async (tx) => {
          if (!(await enrolSecondFactor(tx, secret, now()))) {
            throw new AppError('conflict', 'a second factor is already active; remove it first');
          }
          await c.var.audit(tx, 'second_factor.enrolled');
        });
        c.header('Cache-Control', 'no-store');
        return c.json({ item: { secret, uri: totpUri(secret) } }, 200);
      },
    )
    .openapi(
      sessionRoute('post', `${path}/confirm`, {
        summary:
          'Activate the second factor with its first code; the recovery codes are shown only once',
        request: { body: jsonBody(codeBodySchema) },
        responses: jsonAnswer(recoveryCodesSchema, 'active'),
      }),
      async (c) => {
        const { code } = c.req.valid('json');
        const factor = await getSecondFactor(db);
        if (!factor || factor.confirmed_at !== null) {
          throw new AppError('conflict', 'there is no second factor to confirm');
        }
        await spendCode(deps, () => takeTotpCode(db, code, now()));
        const recovery_codes = newRecoveryCodes();
        await inTransaction(db, async (tx) => {
          await confirmSecondFactor(tx, now());
          await replaceRecoveryCodes(tx, recovery_codes.map(hashRecoveryCode));
          await c.var.audit(tx, 'second_factor.confirmed');
        });
        c.header('Cache-Control', 'no-store');
        return c.json({ ok: true as const, recovery_codes }, 200);
      },
    )
    .openapi(
      sessionRoute('post', `${path}/recovery-codes`, {
        summary: 'Create new recovery codes; the old ones stop working',
        request: { body: jsonBody(codeBodySchema) },
        responses: jsonAnswer(recoveryCodesSchema, 'the codes'),
      }),
      async (c) => {
        const { code } = c.req.valid('json');
        await spendCode(deps, () => takeCode(db, code, now()));
        const recovery_codes = newRecoveryCodes();
        await inTransaction(db, async (tx) => {
          await replaceRecoveryCodes(tx, recovery_codes.map(hashRecoveryCode));
          await c.var.audit(tx, 'recovery_codes.made');
        });
        c.header('Cache-Control', 'no-store');
        return c.json({ ok: true as const, recovery_codes }, 200);
      },
    )
    .openapi(
      sessionRoute('post', `${path}/remove`, {
        summary: 'Remove the second factor; this needs a code',
        request: { body: jsonBody(codeBodySchema) },
        responses: jsonAnswer(okSchema, 'removed'),
      }),
      async (c) => {
        const { code } = c.req.valid('json');
        await spendCode(deps, () => takeCode(db, code, now()));
        await inTransaction(db, async (tx) => {
          await removeSecondFactor(tx);
          await c.var.audit(tx, 'second_factor.removed');
        });
        return c.json({ ok: true as const }, 200);
      },
    );
}
