import { AppError, type AuditAction } from '@api-monitor/core';
import { listAdminSessions } from '@api-monitor/db';
import { limitKeyOf } from '@api-monitor/runtime';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { createAudit } from '../audit/record-action.ts';
import type { ApiEnv } from '../router.ts';
import { sessionOf } from './authenticate.ts';
import type { Actor } from './caller.ts';

type PasswordDeps = Pick<ApiDeps, 'adminPassword' | 'badLogins' | 'db' | 'now'>;
type TurnDeps = Pick<ApiDeps, 'badLogins' | 'loginTurns' | 'db' | 'now'>;

/** A session this young just gave the password, so a script that logs in for a change needs no more. */
const freshForMin = 15;

export const currentPasswordSchema = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .openapi({
    description: `the current password; may be left out within ${freshForMin} minutes of the login`,
  });

/**
 * Guards what could lock the owner out: it needs the current password or a fresh login, in case someone
 * else uses the browser. Throws AppError `forbidden` without either, and what `takeLoginTurn` and
 * `assertPassword` throw.
 */
export async function assertCurrentPassword(
  deps: PasswordDeps & TurnDeps,
  c: Context<ApiEnv>,
  password: string | undefined,
): Promise<void> {
  if (password === undefined) {
    if (sessionOf(c).created_at > deps.now() - freshForMin * 60) return;
    const message = `current_password is required: this session is older than ${freshForMin} minutes`;
    const fields = { current_password: { code: 'required' } } as const;
    throw new AppError('forbidden', message, { reason: 'current_password_required', fields });
  }
  const { actor } = c.var;
  const attempt = { password, field: 'current_password', refusal: 'password.refused' } as const;
  await takeLoginTurn(deps, actor, () => assertPassword(deps, actor, attempt));
}

/**
 * Runs `work`, which checks a password. Checks run one at a time, because each takes 128 MiB and earlier
 * failures have to be counted first. Addresses take turns, those with a session go first, and networks
 * share the places: a flood of wrong passwords keeps others out only if it comes from as many networks as
 * there are places. Throws AppError `rate_limited` if the address failed too often or too many wait.
 */
export async function takeLoginTurn(
  deps: TurnDeps,
  { address, session_id }: Actor,
  work: () => Promise<void>,
): Promise<void> {
  const { badLogins, loginTurns } = deps;
  const key = limitKeyOf(address);
  await badLogins.assertAllowed(key);
  const isKnown = session_id !== null || (await hasSession(deps, key));
  await loginTurns.take({ key, network: networkOf(key), isKnown }, async () => {
    await badLogins.assertAllowed(key);
    await work();
  });
}

/** The /48 of an IPv6 /64, which is the most that one customer usually gets; an IPv4 address stays as it is. */
function networkOf(key: string): string {
  return /^([0-9a-f]+:){3}(?=[0-9a-f]+$)/.exec(key)?.[0] ?? key;
}

async function hasSession({ db, now }: TurnDeps, key: string): Promise<boolean> {
  const sessions = await listAdminSessions(db, now());
  return sessions.some(({ address }) => limitKeyOf(address) === key);
}

/**
 * Throws AppError `unauthorized` if the password is wrong, and counts that as a failed login. Call it in a
 * login turn.
 */
export async function assertPassword(
  deps: PasswordDeps,
  actor: Actor,
  { password, field, refusal }: { password: string; field: string; refusal: AuditAction },
): Promise<void> {
  if (await deps.adminPassword.isRight(password)) return;
  await recordFailedLogin(deps, actor, refusal);
  const fields = { [field]: { code: 'incorrect' } } as const;
  const reason = 'wrong_password';
  throw new AppError('unauthorized', 'the password is wrong', { reason, fields });
}

/** Counts a failed login and records it in the audit log. */
export async function recordFailedLogin(
  { badLogins, db, now }: PasswordDeps,
  actor: Actor,
  action: AuditAction,
): Promise<void> {
  await badLogins.recordFailure(limitKeyOf(actor.address));
  await createAudit(actor, now)(db, action);
}
