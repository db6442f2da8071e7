import { AppError, adminSessionShape } from '@api-monitor/core';
import {
  deleteAdminSession,
  deleteOtherAdminSessions,
  getSecondFactor,
  inTransaction,
  listAdminSessions,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createAudit } from '../audit/record-action.ts';
import { assertSameOrigin, sessionOf } from '../auth/authenticate.ts';
import type { Actor } from '../auth/caller.ts';
import { assertPassword, recordFailedLogin, takeLoginTurn } from '../auth/check-password.ts';
import { clientAddress } from '../auth/forwarded.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { spendCode, takeCode } from '../second-factor/codes.ts';
import { endedSessions } from '../settings/follow-settings.ts';
import { forgetCookie, openSession } from './admin-session.ts';

const loginSchema = z
  .strictObject({
    password: z.string().min(1).max(1024),
    code: z.string().min(1).max(64).optional().openapi({
      description:
        'the code of the authenticator app, or a recovery code, if a second factor is active',
    }),
  })
  .openapi('Login');

/** Bodies to this path have a limit of their own. */
export const loginPath = '/api/admin/login';

const sessionSchema = z.object(adminSessionShape.shape).openapi('AdminSession');

const ownSessionSchema = z.object({
  item: sessionSchema,
  second_factor: z.boolean().openapi({ description: 'whether logging in needs a code' }),
});

const listedSchema = sessionSchema.extend({
  current: z.boolean().openapi({ description: "this caller's own" }),
});

export function sessionRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { publicRoute, sessionRoute } = createRouteKinds(deps, 'admin');
  const publishEnd = () =>
    deps.bus.events.publish({ type: 'settings_changed', data: { keys: [endedSessions] } });

  return createRouter()
    .openapi(
      publicRoute('post', loginPath, {
        summary: 'Log in: starts an admin session, whose cookie comes with the answer',
        description:
          'A wrong password or code is a 401; its "reason" is second_factor_required if the password is right and a code is needed. 8 failures in a minute block an address for 30 minutes. Passwords are checked one at a time, and addresses take turns; if too many wait, the answer is a 429 that says when to try again.',
        request: { body: jsonBody(loginSchema) },
        responses: jsonAnswer(
          okSchema.extend({ item: sessionSchema }),
          'the session, which lasts a day',
        ),
      }),
      async (c) => {
        assertSameOrigin(c, deps.trustedProxies);
        const body = c.req.valid('json');
        const address = clientAddress(c, deps.trustedProxies);
        const nobody = { actor: 'nobody', session_id: null, address } as const;
        await takeLoginTurn(deps, nobody, () => assertRight(deps, nobody, body));
        const item = await openSession(deps, c);
        const actor = { actor: 'session', session_id: item.id, address: item.address } as const;
        await createAudit(actor, now)(db, 'session.opened');
        c.header('Cache-Control', 'no-store');
        return c.json({ ok: true as const, item }, 200);
      },
    )
    .openapi(
      sessionRoute('post', '/api/admin/logout', {
        summary: 'Log out: ends this admin session',
        responses: jsonAnswer(okSchema, 'ended'),
      }),
      async (c) => {
        await deleteAdminSession(db, sessionOf(c).id);
        await c.var.audit(db, 'session.closed');
        await publishEnd();
        forgetCookie(deps, c);
        return c.json({ ok: true as const }, 200);
      },
    )
    .openapi(
      sessionRoute('get', '/api/admin/session', {
        summary: "The caller's own admin session; 401 or 403 without one",
        responses: jsonAnswer(ownSessionSchema, 'the session'),
      }),
      async (c) => {
        const factor = await getSecondFactor(db);
        return c.json({ item: sessionOf(c), second_factor: Boolean(factor?.confirmed_at) }, 200);
      },
    )
    .openapi(
      sessionRoute('get', '/api/admin/sessions', {
        summary: 'The active admin sessions, the most recently seen first',
        responses: jsonAnswer(z.object({ items: z.array(listedSchema) }), 'the sessions'),
      }),
      async (c) => {
        const own = sessionOf(c).id;
        const sessions = await listAdminSessions(db, now());
        const items = sessions.map((session) => ({ ...session, current: session.id === own }));
        return c.json({ items }, 200);
      },
    )
    .openapi(
      sessionRoute('delete', '/api/admin/sessions/{id}', {
        summary: 'End an admin session',
        request: { params: idParams },
        responses: jsonAnswer(okSchema, 'ended'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        await inTransaction(db, async (tx) => {
          const session = await deleteAdminSession(tx, id);
          if (!session) throw new AppError('not_found', `there is no session ${id}`);
          await c.var.audit(tx, 'session.revoked', { id, name: session.address });
        });
        await publishEnd();
        return c.json({ ok: true as const }, 200);
      },
    )
    .openapi(
      sessionRoute('delete', '/api/admin/sessions', {
        summary: "End every admin session except the caller's own",
        responses: jsonAnswer(
          okSchema.extend({ count: z.int().openapi({ description: 'how many sessions ended' }) }),
          'ended',
        ),
      }),
      async (c) => {
        const count = await inTransaction(db, async (tx) => {
          const ended = await deleteOtherAdminSessions(tx, sessionOf(c).id);
          const changes = [{ field: 'sessions', old: ended + 1, new: 1 }];
          await c.var.audit(tx, 'session.revoked', null, changes);
          return ended;
        });
        await publishEnd();
        return c.json({ ok: true as const, count }, 200);
      },
    );
}

async function assertRight(
  deps: ApiDeps,
  nobody: Actor,
  { password, code }: z.output<typeof loginSchema>,
): Promise<void> {
  await assertPassword(deps, nobody, {
    password,
    field: 'password',
    refusal: 'session.refused',
  });
  const factor = await getSecondFactor(deps.db);
  if (!factor?.confirmed_at) return;
  if (code === undefined) {
    const message = 'a code from the authenticator app, or a recovery code, is required';
    const fields = { code: { code: 'required' } } as const;
    throw new AppError('unauthorized', message, { reason: 'second_factor_required', fields });
  }
  await spendCode(deps, () => takeCode(deps.db, code, deps.now())).catch(async (error) => {
    await recordFailedLogin(deps, nobody, 'session.refused');
    throw error;
  });
}
