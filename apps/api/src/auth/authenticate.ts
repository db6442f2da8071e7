import type { BlockList } from 'node:net';
import type { AdminSession } from '@api-monitor/core';
import { AppError, isGuessable, pageMark, quote } from '@api-monitor/core';
import { limitKeyOf } from '@api-monitor/runtime';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { createAudit } from '../audit/record-action.ts';
import type { ApiEnv } from '../router.ts';
import { findSession } from '../sessions/admin-session.ts';
import type { Actor, Caller } from './caller.ts';
import { askedHost, clientAddress } from './forwarded.ts';

type TokenDeps = Pick<ApiDeps, 'credentials' | 'badTokens'>;
type AuthDeps = TokenDeps & Pick<ApiDeps, 'pageSessions' | 'trustedProxies' | 'db' | 'now'>;

interface AuthOptions {
  isTokenInQueryAllowed?: boolean;
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Finds out who calls: by a token, the cookie of an admin session, or that of a page's login. Throws AppError
 * `unauthorized` without any, `forbidden` if another site's page uses a cookie, `rate_limited` if the token is
 * unknown and the address failed too often.
 */
export function authenticate(deps: AuthDeps, options: AuthOptions = {}): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const query = options.isTokenInQueryAllowed ? c.req.query('token') : undefined;
    const sent = bearerOf(c.req.header('authorization')) ?? (query || null);
    const address = clientAddress(c, deps.trustedProxies);
    // Our pages send no token: what comes beside their cookie is a proxy's own login, as oauth2-proxy sends it.
    const mayUseCookie = sent === null || isMarked(c);
    const session = mayUseCookie ? await findSession(deps, c) : null;
    const page = mayUseCookie && !session ? deps.pageSessions.callerOf(c) : null;
    const token = session || page ? null : sent;
    if (session || page) assertSameOrigin(c, deps.trustedProxies);
    const isKnown = session !== null || page !== null || token !== null;
    const caller = session ? 'admin' : (page ?? (await callerOfToken(deps, address, token)));
    const actor: Actor = {
      actor: session ? 'session' : actorOf(caller, isKnown),
      session_id: session?.id ?? null,
      address,
    };
    c.set('caller', caller);
    c.set('session', session);
    c.set('actor', actor);
    c.set('audit', createAudit(actor, deps.now));
    // If visitors need no token, the caller may be anybody.
    if (isKnown) c.env?.recognise?.();
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
 * in Sec-Fetch-Site, but only over HTTPS and on localhost; else in Origin, which is compared with Host, but
 * a proxy may have replaced that. So our pages also mark their calls with a header that no page of another
 * origin can send: browsers ask first whether they may (a preflight), and the answer here is no. What sends
 * neither Sec-Fetch-Site nor Origin isn't a browser, and comes from someone who holds the cookie.
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function assertSameOrigin(c: Context<ApiEnv>, trusted: BlockList): void {
  if (safeMethods.includes(c.req.method)) return;
  const site = c.req.header('sec-fetch-site');
  if (site && !['same-origin', 'none'].includes(site)) {
    throw new AppError('forbidden', 'the request comes from a page of another origin');
  }
  if (site || isMarked(c)) return;
  const origin = c.req.header('origin');
  const host = askedHost(c, trusted);
  if (origin === undefined || URL.parse(origin)?.host === host.toLowerCase()) return;
  throw new AppError('forbidden', otherOrigin(origin, host));
}

/** Whether one of our pages made the call. */
function isMarked(c: Context<ApiEnv>): boolean {
  return c.req.header(pageMark.name) === pageMark.value;
}

/** Either it is another site's page, or a proxy in front changes Host, as nginx does unless told not to. */
function otherOrigin(origin: string, host: string): string {
  const seen = `its Origin is ${quote(origin, 256)}, but Host is ${quote(host, 256)}`;
  return `the request comes from a page of another origin: ${seen}. If that page is this monitor's own, a proxy in front replaces Host; in nginx: proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; and name the proxy in TRUSTED_PROXIES`;
}

/** Who this token makes the caller; throws as `authenticate` does. */
export async function callerOfToken(
  { credentials, badTokens }: TokenDeps,
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

function actorOf(caller: Caller, isKnown: boolean): Actor['actor'] {
  if (caller === 'admin') return 'api_token';
  return isKnown ? 'visitor' : 'nobody';
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
