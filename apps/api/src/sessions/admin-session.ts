import { createHash, randomBytes } from 'node:crypto';
import { type AdminSession, quote } from '@api-monitor/core';
import {
  createAdminSession,
  findAdminSession,
  isPassingFault,
  touchAdminSession,
} from '@api-monitor/db';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiDeps } from '../api-deps.ts';
import { clientAddress, cookieForm } from '../auth/forwarded.ts';
import type { ApiEnv } from '../router.ts';

type SessionDeps = Pick<ApiDeps, 'db' | 'now' | 'trustedProxies' | 'basePath'>;

export const sessionCookieName = 'api_monitor_admin_session';
const lifetimeS = 24 * 60 * 60;
/** How often a session in use is recorded as seen. */
const seenEveryS = 60;
const userAgentLimit = 256;
/** 256 bits in base64url. */
const tokenForm = /^[\w-]{43}$/;

/** Starts a session: its token goes into the cookie, and only the token's hash into the database. */
export async function openSession(deps: SessionDeps, c: Context<ApiEnv>): Promise<AdminSession> {
  const { db, now, trustedProxies } = deps;
  const token = randomBytes(32).toString('base64url');
  const nowS = now();
  const session = await createAdminSession(db, {
    token_hash: hashOf(token),
    created_at: nowS,
    expires_at: nowS + lifetimeS,
    address: clientAddress(c, trustedProxies),
    user_agent: quote(c.req.header('user-agent') ?? '', userAgentLimit),
  });
  setCookie(c, sessionCookieName, token, {
    ...cookieForm(c, deps),
    maxAge: lifetimeS,
  });
  return session;
}

/** The active session of the caller's cookie; null: there is none. */
export async function findSession(
  { db, now }: Pick<SessionDeps, 'db' | 'now'>,
  c: Context<ApiEnv>,
): Promise<AdminSession | null> {
  const token = getCookie(c, sessionCookieName);
  if (!token || !tokenForm.test(token)) return null;
  const nowS = now();
  const session = await findAdminSession(db, hashOf(token), nowS);
  if (session && session.last_seen_at < nowS - seenEveryS) {
    // A full disk must not keep anybody from reading.
    await touchAdminSession(db, session.id, nowS).catch(ignorePassingFault);
  }
  return session;
}

/** Makes the browser forget the cookie. */
export function forgetCookie(deps: SessionDeps, c: Context<ApiEnv>): void {
  deleteCookie(c, sessionCookieName, cookieForm(c, deps));
}

function ignorePassingFault(error: unknown): void {
  if (!isPassingFault(error)) throw error;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
