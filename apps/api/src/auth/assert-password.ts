import { AppError, type AuditAction } from '@api-monitor/core';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import type { Actor } from './caller.ts';
import { limitKeyOf } from './client-address.ts';

type PasswordDeps = Pick<ApiDeps, 'adminPassword' | 'badLogins' | 'db' | 'now'>;

/**
 * Throws AppError `unauthorized` where the password of the admin panel is another, which counts as a
 * failed login, and `rate_limited` where the address failed too often.
 */
export async function assertPassword(
  deps: PasswordDeps,
  actor: Actor,
  { password, refusal }: { password: string; refusal: AuditAction },
): Promise<void> {
  await deps.badLogins.assertAllowed(limitKeyOf(actor.address));
  if (await deps.adminPassword.isRight(password)) return;
  await noteFailure(deps, actor, refusal);
  throw new AppError('unauthorized', 'the password is not right', { reason: 'wrong_password' });
}

/** Counts a failed login, and writes it down. */
export async function noteFailure(
  { badLogins, db, now }: PasswordDeps,
  actor: Actor,
  action: AuditAction,
): Promise<void> {
  await badLogins.recordFailure(limitKeyOf(actor.address));
  await recordAction(db, actor, { action }, now());
}
