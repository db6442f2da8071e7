import { AppError, type AuditAction } from '@api-monitor/core';
import { listAdminSessions } from '@api-monitor/db';
import { limitKeyOf } from '@api-monitor/runtime';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import type { Actor } from './caller.ts';

type PasswordDeps = Pick<ApiDeps, 'adminPassword' | 'badLogins' | 'db' | 'now'>;

/**
 * Does what tries a password, one at a time: each try takes 128 MiB, and the failures before it have to
 * be counted. Addresses take turns, those with a session go first, and networks share the places, so that
 * a flood of wrong passwords from fewer networks than there are places keeps nobody else out. Throws AppError `rate_limited` if the address failed too often, at once, or if
 * too many wait.
 */
export async function takeLoginTurn(
  deps: Pick<ApiDeps, 'badLogins' | 'loginTurns' | 'db' | 'now'>,
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

/** Of an IPv6 /64 its /48, which is the most that one customer usually gets; an IPv4 address is its own. */
function networkOf(key: string): string {
  return /^([0-9a-f]+:){3}(?=[0-9a-f]+$)/.exec(key)?.[0] ?? key;
}

async function hasSession({ db, now }: Pick<ApiDeps, 'db' | 'now'>, key: string): Promise<boolean> {
  const sessions = await listAdminSessions(db, now());
  return sessions.some(({ address }) => limitKeyOf(address) === key);
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
