import type { BlockList } from 'node:net';
import { isTrusted } from '@api-monitor/runtime';
import type { Context } from 'hono';
import type { ApiEnv } from '../router.ts';
import { peerAddress } from './client-address.ts';

/** The host, and the port where it isn't the usual one, that the caller asked. */
export function askedHost(c: Context<ApiEnv>, trusted: BlockList): string {
  const forwarded = isTrusted(peerAddress(c), trusted) ? c.req.header('x-forwarded-host') : null;
  return forwarded?.split(',')[0]?.trim() || c.req.header('host') || new URL(c.req.url).host;
}
