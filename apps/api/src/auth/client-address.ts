import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Context } from 'hono';
import type { ApiEnv } from '../router.ts';

/** Reads `TRUSTED_PROXIES`: addresses and networks between commas. Null where a part is neither. */
export function parseTrustedProxies(text: string): BlockList | null {
  const list = new BlockList();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const [address = '', prefix] = part.split('/');
    const bits = isIPv4(address) ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    if (!isIP(address) || !Number.isInteger(length) || length < 0 || length > bits) return null;
    list.addSubnet(address, length, familyOf(address));
  }
  return list;
}

/**
 * The caller's address: the socket's, or, behind trusted proxies, the nearest address in
 * `X-Forwarded-For` that is none of them (each proxy appends the peer that it saw).
 */
export function clientAddress(c: Context<ApiEnv>, trusted: BlockList): string {
  // Requests made in memory have no socket.
  const peer = c.env?.incoming?.socket.remoteAddress ?? 'unknown';
  if (!isTrusted(peer, trusted)) return peer;
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  const nearest = hops.reverse().find((hop) => isIP(hop) && !isTrusted(hop, trusted));
  return nearest ?? peer;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  return isIP(address) !== 0 && trusted.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
