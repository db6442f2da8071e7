import { AppError } from '@api-monitor/core';
import type { AdminSession } from '@api-monitor/db';
import { limitKeyOf } from '@api-monitor/runtime';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../router.ts';
import { findSession } from '../sessions/admin-session.ts';
import type { Caller } from './caller.ts';
import { assertSameOrigin } from './check-origin.ts';
import { clientAddress } from './client-address.ts';

type AuthDeps = Pick<ApiDeps, 'credentials' | 'badTokens' | 'trustedProxies' | 'db' | 'now'>;

interface AuthOptions {
  isTokenInQueryAllowed?: boolean;
}

/**
 * Finds out who calls, by a token or by an admin session's cookie; or throws: 401 without either, 403
 * where another site's page uses the session, 429 where an address failed too often.
 */
export function authenticate(deps: AuthDeps, options: AuthOptions = {}): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const query = options.isTokenInQueryAllowed ? c.req.query('token') : undefined;
    const token = bearerOf(c.req.header('authorization')) ?? (query || null);
    const address = clientAddress(c, deps.trustedProxies);
    await deps.badTokens.assertAllowed(limitKeyOf(address));
    const isKnown = token === null && (await takeSession(deps, c, address));
    if (!isKnown) await takeToken(deps, c, address, token);
    // Where visitors need no token, the caller may be anybody.
    if (isKnown || token !== null) c.env?.recognise?.();
    await next();
  };
}

/** Lets admins pass, and visitors not. */
export const requireAdmin: MiddlewareHandler<ApiEnv> = async (c, next) => {
  assertAdmin(c.var.caller);
  await next();
};

/** Lets admin sessions pass, and tokens not. */
export const requireSession: MiddlewareHandler<ApiEnv> = async (c, next) => {
  sessionOf(c);
  await next();
};

/** The caller's admin session. Throws AppError `forbidden` where a token is how it is known. */
export function sessionOf(c: Context<ApiEnv>): AdminSession {
  if (c.var.session) return c.var.session;
  throw new AppError('forbidden', 'this needs an admin session: POST /api/admin/login');
}

/** Throws AppError `forbidden` for a visitor. */
export function assertAdmin(caller: Caller): void {
  if (caller !== 'admin') throw new AppError('forbidden', 'this needs the API token');
}

async function takeSession(deps: AuthDeps, c: Context<ApiEnv>, address: string): Promise<boolean> {
  const session = await findSession(deps, c);
  if (!session) return false;
  assertSameOrigin(c, deps.trustedProxies);
  c.set('caller', 'admin');
  c.set('session', session);
  c.set('actor', { actor: 'session', session_id: session.id, address });
  return true;
}

async function takeToken(
  { credentials, badTokens }: AuthDeps,
  c: Context<ApiEnv>,
  address: string,
  token: string | null,
): Promise<void> {
  const caller = credentials.callerOf(token);
  if (!caller) {
    if (token !== null) await badTokens.recordFailure(limitKeyOf(address));
    const fault = token === null ? 'a token is needed' : 'the token is not valid';
    throw new AppError('unauthorized', `${fault}; send it as Authorization: Bearer <token>`);
  }
  const actor = caller === 'admin' ? 'api_token' : token === null ? 'nobody' : 'visitor';
  c.set('caller', caller);
  c.set('session', null);
  c.set('actor', { actor, session_id: null, address });
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
