import type { BlockList } from 'node:net';
import type { AdminSession } from '@api-monitor/core';
import { AppError, isGuessable } from '@api-monitor/core';
import { limitKeyOf } from '@api-monitor/runtime';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { createAudit } from '../audit/record-action.ts';
import type { ApiEnv } from '../router.ts';
import { findSession } from '../sessions/admin-session.ts';
import type { Actor, Caller } from './caller.ts';
import { askedHost, clientAddress } from './forwarded.ts';

type AuthDeps = Pick<ApiDeps, 'credentials' | 'badTokens' | 'trustedProxies' | 'db' | 'now'>;

interface AuthOptions {
  isTokenInQueryAllowed?: boolean;
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Finds out who calls, by a token or by the cookie of an admin session. Throws AppError `unauthorized`
 * without either, `forbidden` if another site's page uses the session, `rate_limited` if the token is
 * unknown and the address failed too often.
 */
export function authenticate(deps: AuthDeps, options: AuthOptions = {}): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const query = options.isTokenInQueryAllowed ? c.req.query('token') : undefined;
    const token = bearerOf(c.req.header('authorization')) ?? (query || null);
    const address = clientAddress(c, deps.trustedProxies);
    const session = token === null ? await findSession(deps, c) : null;
    if (session) assertSameOrigin(c, deps.trustedProxies);
    const caller = session ? 'admin' : await callerOfToken(deps, address, token);
    const actor: Actor = {
      actor: session ? 'session' : actorOf(caller, token),
      session_id: session?.id ?? null,
      address,
    };
    c.set('caller', caller);
    c.set('session', session);
    c.set('actor', actor);
    c.set('audit', createAudit(actor, deps.now));
    // If visitors need no token, the caller may be anybody.
    if (session || token !== null) c.env?.recognise?.();
    await next();
  };
}

/** Lets admins pass, and no visitors. */
export const requireAdmin: MiddlewareHandler<ApiEnv> = async (c, next) => {
  assertAdmin(c.var.caller);
  await next();
};

/** Lets admin sessions pass, and no tokens. */
export const requireSession: MiddlewareHandler<ApiEnv> = async (c, next) => {
  sessionOf(c);
  await next();
};

/** The caller's admin session. Throws AppError `forbidden` if the caller is known by a token. */
export function sessionOf(c: Context<ApiEnv>): AdminSession {
  if (c.var.session) return c.var.session;
  throw new AppError('forbidden', 'this needs an admin session: POST /api/admin/login');
}

/** Throws AppError `forbidden` for a visitor. */
export function assertAdmin(caller: Caller): void {
  if (caller !== 'admin') throw new AppError('forbidden', 'this needs the API token');
}

/**
 * Throws AppError `forbidden` if another site's page had the browser ask for a change. A browser says so
 * in Sec-Fetch-Site, an older one in Origin; what sends neither isn't a browser, and comes from someone
 * who holds the cookie. https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function assertSameOrigin(c: Context<ApiEnv>, trusted: BlockList): void {
  if (safeMethods.includes(c.req.method)) return;
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  const isOwn = site ? ['same-origin', 'none'].includes(site) : isOwnOrigin(c, origin, trusted);
  if (!isOwn) throw new AppError('forbidden', 'the request comes from a page of another origin');
}

function isOwnOrigin(c: Context<ApiEnv>, origin: string | undefined, trusted: BlockList): boolean {
  if (origin === undefined) return true;
  return URL.parse(origin)?.host === askedHost(c, trusted).toLowerCase();
}

async function callerOfToken(
  { credentials, badTokens }: AuthDeps,
  address: string,
  token: string | null,
): Promise<Caller> {
  const caller = credentials.callerOf(token);
  // From a blocked address a right guess looks like a wrong one, if the token could be guessed at all.
  const isGuess = token !== null && (caller === null || isGuessable(token));
  if (isGuess) await badTokens.assertAllowed(limitKeyOf(address));
  if (caller) return caller;
  if (isGuess) await badTokens.recordFailure(limitKeyOf(address));
  const fault = token === null ? 'a token is needed' : 'the token is not valid';
  throw new AppError('unauthorized', `${fault}; send it as Authorization: Bearer <token>`);
}

function actorOf(caller: Caller, token: string | null): Actor['actor'] {
  if (caller === 'admin') return 'api_token';
  return token === null ? 'nobody' : 'visitor';
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
