import type { BlockList } from 'node:net';
import { AppError } from '@api-monitor/core';
import type { Context } from 'hono';
import type { ApiEnv } from '../router.ts';
import { askedHost } from './asked-host.ts';

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Throws AppError `forbidden` where another site's page had the browser ask for a change. A browser
 * says so in Sec-Fetch-Site, an older one in Origin; what sends neither is no browser, and was sent by
 * whoever holds the cookie. https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function assertSameOrigin(c: Context<ApiEnv>, trusted: BlockList): void {
  if (safeMethods.includes(c.req.method)) return;
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  const isOwn = site ? ['same-origin', 'none'].includes(site) : isOwnOrigin(c, origin, trusted);
  if (!isOwn) throw new AppError('forbidden', 'this was asked for by a page of another origin');
}

function isOwnOrigin(c: Context<ApiEnv>, origin: string | undefined, trusted: BlockList): boolean {
  if (origin === undefined) return true;
  return URL.parse(origin)?.host === askedHost(c, trusted).toLowerCase();
}
