import type { BlockList } from 'node:net';
import { isTrusted } from '@api-monitor/runtime';
import type { Context } from 'hono';
import type { ApiEnv } from '../router.ts';
import { peerAddress } from './client-address.ts';

/** Whether the caller came over TLS, as a trusted proxy in front says with X-Forwarded-Proto. */
export function isSecure(c: Context<ApiEnv>, trusted: BlockList): boolean {
  if (!isTrusted(peerAddress(c), trusted)) return false;
  // Of several proxies, the first one met the caller.
  const [first = ''] = (c.req.header('x-forwarded-proto') ?? '').split(',');
  return first.trim().toLowerCase() === 'https';
}
