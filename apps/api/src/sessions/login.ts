import { AppError } from '@api-monitor/core';
import { getSecondFactor } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { assertPassword, noteFailure, takeLoginTurn } from '../auth/assert-password.ts';
import type { Actor } from '../auth/caller.ts';
import { assertSameOrigin } from '../auth/check-origin.ts';
import { clientAddress } from '../auth/client-address.ts';
import { jsonAnswer, jsonBody } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { spendCode } from '../second-factor/spend-code.ts';
import { takeCode } from '../second-factor/take-code.ts';
import { openSession } from './admin-session.ts';
import { sessionSchema } from './session-schema.ts';

const bodySchema = z
  .strictObject({
    password: z.string().min(1).max(1024),
    code: z.string().min(1).max(64).optional().openapi({
      description: "the authenticator's code or a recovery code, where a second factor is in force",
    }),
  })
  .openapi('Login');

const answerSchema = z.object({ ok: z.literal(true), item: sessionSchema });

/** Bodies to this path have a limit of their own. */
export const loginPath = '/api/admin/login';

export function loginRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: loginPath,
    summary: 'Begin an admin session: its cookie comes with the answer',
    description:
      'A wrong password or code is a 401; its "reason" is second_factor_required where the password is right and a code is needed. 8 failures in a minute block an address for 30 minutes. Passwords are checked one at a time; addresses take turns, and a 429 asks to come again when too many wait.',
    tags: ['admin'],
    request: { body: jsonBody(bodySchema) },
    responses: jsonAnswer(answerSchema, 'the session, which lasts a day'),
  });
  return createRouter().openapi(route, async (c) => {
    assertSameOrigin(c, deps.trustedProxies);
    const body = c.req.valid('json');
    const address = clientAddress(c, deps.trustedProxies);
    const nobody = { actor: 'nobody', session_id: null, address } as const;
    await takeLoginTurn(deps, nobody, () => assertRight(deps, nobody, body));
    const item = await openSession(deps, c);
    const actor = { actor: 'session', session_id: item.id, address: item.address } as const;
    await recordAction(deps.db, actor, { action: 'session.opened' }, deps.now());
    c.header('Cache-Control', 'no-store');
    return c.json({ ok: true as const, item }, 200);
  });
}

async function assertRight(
  deps: ApiDeps,
  nobody: Actor,
  { password, code }: z.output<typeof bodySchema>,
): Promise<void> {
  await assertPassword(deps, nobody, { password, refusal: 'session.refused' });
  const factor = await getSecondFactor(deps.db);
  if (!factor?.confirmed_at) return;
  if (code === undefined) {
    const message = 'a code of the authenticator, or a recovery code, is needed too';
    throw new AppError('unauthorized', message, { reason: 'second_factor_required' });
  }
  await spendCode(deps, () => takeCode(deps.db, code, deps.now())).catch(async (error) => {
    await noteFailure(deps, nobody, 'session.refused');
    throw error;
  });
}
