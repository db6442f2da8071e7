import type { BlockList } from 'node:net';
import { clientAddressOf, isTrusted } from '@api-monitor/runtime';
import type { Context } from 'hono';
import type { ApiEnv } from '../router.ts';

/** The caller's address; `X-Forwarded-For` counts if a trusted proxy sent it (`TRUSTED_PROXIES`). */
export function clientAddress(c: Context<ApiEnv>, trusted: BlockList): string {
  return clientAddressOf(peerAddress(c), c.req.header('x-forwarded-for'), trusted);
}

/** The host that the caller asked, with the port unless it is the usual one. */
export function askedHost(c: Context<ApiEnv>, trusted: BlockList): string {
  const forwarded = isTrusted(peerAddress(c), trusted) ? c.req.header('x-forwarded-host') : null;
  return forwarded?.split(',')[0]?.trim() || c.req.header('host') || new URL(c.req.url).host;
}

/** Whether the caller came over TLS, as a trusted proxy in front says with `X-Forwarded-Proto`. */
export function isSecure(c: Context<ApiEnv>, trusted: BlockList): boolean {
  if (!isTrusted(peerAddress(c), trusted)) return false;
  // If there are several proxies, the first one met the caller.
  const [first = ''] = (c.req.header('x-forwarded-proto') ?? '').split(',');
  return first.trim().toLowerCase() === 'https';
}

/** Where a cookie holds. */
export interface CookiePlace {
  trustedProxies: BlockList;
  basePath: string;
}

/** The form of every cookie: no script can read it, and no page of another site has it sent. */
export function cookieForm(c: Context<ApiEnv>, { trustedProxies, basePath }: CookiePlace) {
  const secure = isSecure(c, trustedProxies);
  return { path: basePath, httpOnly: true, sameSite: 'Strict', secure } as const;
}

/** The other end of the socket; requests made in memory have no socket. */
function peerAddress(c: Context<ApiEnv>): string {
  return c.env?.peerAddress ?? c.env?.incoming?.socket.remoteAddress ?? 'unknown';
}
