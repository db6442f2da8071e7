import { z } from 'zod';

/** A network, or a single address with all bits in its prefix. */
export interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

const ipv4 = z.ipv4();
const ipv6 = z.ipv6();

/** Reads an address or a network in CIDR notation (RFC 4632, RFC 4291); null if the text is neither. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = familyOf(address);
  if (family === null || rest.length > 0) return null;
  const bits = family === 'ipv4' ? 32 : 128;
  if (prefix === undefined) return { address, prefix: bits, family };
  const isPrefix = /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
  return isPrefix ? { address, prefix: Number(prefix), family } : null;
}

function familyOf(address: string): Network['family'] | null {
  if (ipv4.safeParse(address).success) return 'ipv4';
  return ipv6.safeParse(address).success ? 'ipv6' : null;
}
