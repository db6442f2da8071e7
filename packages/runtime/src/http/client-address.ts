import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { parseNetwork } from '@api-monitor/core';

/** Reads `TRUSTED_PROXIES`: addresses and networks separated by commas. Null if a part is neither. */
export function parseTrustedProxies(text: string): BlockList | null {
  const list = new BlockList();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const network = parseNetwork(part);
    if (!network) return null;
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

/**
 * The caller's address: the socket's peer, or, behind trusted proxies, the nearest address in
 * `X-Forwarded-For` that isn't one of them (each proxy appends the peer that it saw). An entry that isn't
 * an address ends the search, because what is beyond it wasn't written by a trusted proxy. IPv4 addresses
 * are written as such, also those that a socket for both families reports as `::ffff:203.0.113.9`.
 */
export function clientAddressOf(
  peer: string,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string {
  let nearest = asIPv4(peer);
  if (forwardedFor === undefined) return nearest;
  for (const hop of forwardedFor.split(',').reverse()) {
    if (!isTrusted(nearest, trusted)) return nearest;
    const address = withoutPort(hop.trim());
    if (!isIP(address)) return nearest;
    nearest = asIPv4(address);
  }
  return nearest;
}

function asIPv4(address: string): string {
  const [, mapped = ''] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return isIPv4(mapped) ? mapped : address;
}

/** The address of a request's caller, as `clientAddressOf` finds it. */
export function requestAddressOf(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusted: BlockList,
): string {
  const forwardedFor = headers['x-forwarded-for']?.toString();
  return clientAddressOf(socket.remoteAddress ?? 'unknown', forwardedFor, trusted);
}

/** The caller that a request counts for in limits per address. */
export function callerKeyOf(request: IncomingMessage, trusted: BlockList): string {
  return limitKeyOf(requestAddressOf(request, trusted));
}

/** What counts as one caller: an IPv4 address, or an IPv6 /64, which is what one subscriber gets. */
export function limitKeyOf(address: string): string {
  // Without a colon it isn't IPv6. Node's check is slower.
  if (!address.includes(':') || address.includes('.') || !isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':');
  const filled = address.includes('::')
    ? [...groups, ...Array(8 - groups.length - tail.split(':').length).fill('0')]
    : groups;
  return filled.slice(0, 4).join(':');
}

// Some proxies append the port: `203.0.113.9:5555`, `[2001:db8::1]:5555`.
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop);
  if (bracketed) return bracketed[1] ?? '';
  return hop.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

/** Whether an address is one of `TRUSTED_PROXIES`. */
export function isTrusted(address: string, trusted: BlockList): boolean {
  return isIP(address) !== 0 && trusted.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
