import type { BlockList } from 'node:net';
import { clientAddressOf } from '@api-monitor/runtime';
import type { Context } from 'hono';
import type { ApiEnv } from '../router.ts';

/** The caller's address, by the rule of `TRUSTED_PROXIES`. */
export function clientAddress(c: Context<ApiEnv>, trusted: BlockList): string {
  return clientAddressOf(peerAddress(c), c.req.header('x-forwarded-for'), trusted);
}

/** The socket's other end; requests made in memory have no socket. */
export function peerAddress(c: Context<ApiEnv>): string {
  return c.env?.peerAddress ?? c.env?.incoming?.socket.remoteAddress ?? 'unknown';
}
