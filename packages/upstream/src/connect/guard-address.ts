import { BlockList, isIPv4 } from 'node:net';
import { parseNetwork } from '@api-monitor/core';

/** Which private addresses a target may have: all, none, or those in the listed networks. */
export type AllowPrivate = 'on' | 'off' | readonly string[];

/** Why a connection wasn't opened: the guard refused its address. The message is shown to people. */
export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** Returns why an address may not be connected to; null if it may. */
export type AddressGuard = (address: string) => string | null;

// Most clouds have their metadata service at a link-local address; the single addresses are those of
// Alibaba, Oracle, Azure's wire server, and AWS and Google over IPv6. The last four networks are
// link-local addresses embedded in IPv6: NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible (RFC 4291,
// 2.5.5.1) and IPv4-translated (RFC 2765).
const neverAllowed = blockListOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/128',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  'ff00::/8',
  '64:ff9b::a9fe:0/112',
  '2002:a9fe::/32',
  '::a9fe:0/112',
  '::ffff:0:a9fe:0/112',
]);

const privateIPv4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '240.0.0.0/4',
];

const privateNetworks = blockListOf([
  ...privateIPv4,
  ...privateIPv4.flatMap(embedded),
  '::1/128',
  'fc00::/7',
  '64:ff9b:1::/48',
]);

/** The same network as NAT64, 6to4, IPv4-compatible and IPv4-translated addresses. */
function embedded(network: string): string[] {
  const [address = '', prefix] = network.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const bits = Number(prefix);
  const translated = ['64:ff9b::', '::', '::ffff:0:'].map(
    (head) => `${head}${groups}/${96 + bits}`,
  );
  return [...translated, `2002:${groups}::/${16 + bits}`];
}

/**
 * Creates the check that every address must pass before a connection is opened. It runs after the name has
 * been resolved, so a name can't be rebound to an internal address.
 */
export function createAddressGuard(allowPrivate: AllowPrivate): AddressGuard {
  const allowed = blockListOf(typeof allowPrivate === 'string' ? [] : allowPrivate);
  return (address) => {
    if (contains(neverAllowed, address)) return `address not allowed: ${address}`;
    if (allowPrivate === 'on' || !contains(privateNetworks, address)) return null;
    return contains(allowed, address) ? null : `private address not allowed: ${address}`;
  };
}

/**
 * Reads `UPSTREAM_ALLOW_PRIVATE`: `on`, `off`, or addresses and networks (CIDR) separated by commas.
 * Returns null if a part is none of these.
 */
export function parseAllowPrivate(text: string): AllowPrivate | null {
  const value = text.trim().toLowerCase();
  if (['', 'on', 'true', '1'].includes(value)) return 'on';
  if (['off', 'false', '0'].includes(value)) return 'off';
  const networks = value.split(',').map((part) => part.trim());
  return networks.every((network) => parseNetwork(network)) ? networks : null;
}

/** How the variable is read, for every program that connects to channels. */
export const allowPrivateVariable = {
  parse: parseAllowPrivate,
  default: 'on',
  allowed: 'on, off, or addresses and networks (CIDR) between commas',
};

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (!network) throw new Error(`not a network: ${text}`);
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
