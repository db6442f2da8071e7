import { AppError } from '@api-monitor/core';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { assertPassword } from '../auth/assert-password.ts';
import { sessionOf } from '../auth/authenticate.ts';
import { limitKeyOf } from '../auth/client-address.ts';
import type { ApiEnv } from '../router.ts';
import { maskedPassword } from './secret-fields.ts';
import type { PatchSettingsBody } from './settings-schema.ts';

/** The login of a session this young gave the password: a script that logs in to change it needs no more. */
const freshForS = 15 * 60;

/**
 * Whoever comes upon a browser with a session must not take the panel over: a changed password needs
 * the current one, or a fresh login. Throws AppError `forbidden` without either, and as `assertPassword`.
 */
export async function assertMayChangePassword(
  deps: ApiDeps,
  c: Context<ApiEnv>,
  { admin_panel_password, current_password }: PatchSettingsBody,
): Promise<void> {
  if (admin_panel_password === undefined || admin_panel_password === maskedPassword) return;
  if (current_password === undefined) {
    if (sessionOf(c).created_at > deps.now() - freshForS) return;
    const message = `current_password is needed too: this session was begun over ${freshForS / 60} minutes ago`;
    throw new AppError('forbidden', message, { reason: 'current_password_required' });
  }
  const { actor } = c.var;
  await deps.badLogins.assertAllowed(limitKeyOf(actor.address));
  const attempt = { password: current_password, refusal: 'password.refused' } as const;
  await deps.loginTurns.take(() => assertPassword(deps, actor, attempt));
}
