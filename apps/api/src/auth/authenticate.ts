import { AppError } from '@api-monitor/core';
import type { MiddlewareHandler } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../router.ts';
import type { Caller } from './caller.ts';
import { clientAddress, limitKeyOf } from './client-address.ts';

type AuthDeps = Pick<ApiDeps, 'credentials' | 'badTokens' | 'trustedProxies'>;

/** Finds out who calls, or throws: 401 without a valid token, 429 where an address failed too often. */
export function authenticate(
  { credentials, badTokens, trustedProxies }: AuthDeps,
  options: { isTokenInQueryAllowed: boolean } = { isTokenInQueryAllowed: false },
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const address = limitKeyOf(clientAddress(c, trustedProxies));
    badTokens.assertAllowed(address);
    const query = options.isTokenInQueryAllowed ? c.req.query('token') : undefined;
    const token = bearerOf(c.req.header('authorization')) ?? (query || null);
    const caller = credentials.callerOf(token);
    if (!caller) {
      if (token !== null) badTokens.recordFailure(address);
      const fault = token === null ? 'a token is needed' : 'the token is not valid';
      throw new AppError('unauthorized', `${fault}; send it as Authorization: Bearer <token>`);
    }
    c.set('caller', caller);
    await next();
  };
}

/** Lets admins pass, and visitors not. */
export const requireAdmin: MiddlewareHandler<ApiEnv> = async (c, next) => {
  assertAdmin(c.var.caller);
  await next();
};

/** Throws AppError `forbidden` for a visitor. */
export function assertAdmin(caller: Caller): void {
  if (caller !== 'admin') throw new AppError('forbidden', 'this needs the API token');
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
