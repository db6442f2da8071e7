import { AppError, type AuditAction } from '@api-monitor/core';
import { limitKeyOf } from '@api-monitor/runtime';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import type { Actor } from './caller.ts';

type PasswordDeps = Pick<ApiDeps, 'adminPassword' | 'badLogins' | 'db' | 'now'>;

/**
 * Does what tries a password, one at a time: each try takes 128 MiB, and the failures before it have to
 * be counted. Throws AppError `rate_limited` where the address failed too often; who is blocked doesn't
 * even wait.
 */
export async function takeLoginTurn(
  { badLogins, loginTurns }: Pick<ApiDeps, 'badLogins' | 'loginTurns'>,
  address: string,
  work: () => Promise<void>,
): Promise<void> {
  const key = limitKeyOf(address);
  await badLogins.assertAllowed(key);
  await loginTurns.take(async () => {
    await badLogins.assertAllowed(key);
    await work();
  });
}

/**
 * Throws AppError `unauthorized` where the password of the admin panel is another, which counts as a
 * failed login. Called in a turn.
 */
export async function assertPassword(
  deps: PasswordDeps,
  actor: Actor,
  { password, refusal }: { password: string; refusal: AuditAction },
): Promise<void> {
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
