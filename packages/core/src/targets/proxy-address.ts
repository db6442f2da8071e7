/** A channel's `proxy_url`, or `UPSTREAM_PROXY`, that uses no proxy whatever the defaults are. */
export const directConnection = 'direct';

/** A name is resolved by the proxy anyway, so the spellings of SOCKS 5 mean the same. */
const protocols: Readonly<Record<string, string>> = {
  'http:': 'http:',
  'https:': 'https:',
  'socks5:': 'socks5:',
  'socks5h:': 'socks5:',
  'socks:': 'socks5:',
};
/** The most that a SOCKS 5 server can be told (RFC 1929). */
const longestCredentialBytes = 255;

/** What is wrong with a proxy's address; null if nothing is. Never quotes it, because it may have a password. */
export function faultOfProxyUrl(raw: string): string | null {
  if (raw.toLowerCase() === directConnection) return null;
  if (raw.includes('…')) return 'must be entered in full';
  if (/[\s\p{Cc}]/u.test(raw)) return 'must not contain white space or control characters';
  const url = URL.parse(raw);
  if (!url || !(url.protocol in protocols) || url.hostname === '') {
    return 'must be an http://, https:// or socks5:// address, or direct';
  }
  if (!['', '/'].includes(url.pathname) || raw.includes('?') || raw.includes('#')) {
    return 'must end after its host and port';
  }
  const credentials = [decoded(url.username), decoded(url.password)];
  if (credentials.includes(null)) return 'must have a % in its user name or password as %25';
  const isLong = credentials.some(
    (text) => new TextEncoder().encode(text ?? '').length > longestCredentialBytes,
  );
  return isLong ? 'must have at most 255 bytes in its user name and its password' : null;
}

/** A valid address in the form in which it is stored. */
export function normaliseProxyUrl(raw: string): string {
  if (raw.toLowerCase() === directConnection) return directConnection;
  const { protocol, username, password, host } = new URL(raw);
  const user = password === '' ? username : `${username}:${password}`;
  return `${protocols[protocol] ?? protocol}//${user === '' ? '' : `${user}@`}${host}`;
}

/** The address without its password, or without its user name if that is its only credential. */
export function maskProxyUrl(stored: string): string {
  if (stored === directConnection) return stored;
  const url = URL.parse(stored);
  if (!url) return '…';
  const { protocol, username, password, host } = url;
  if (username === '' && password === '') return stored;
  return `${protocol}//${password === '' ? '…' : `${username}:…`}@${host}`;
}

/** Where a proxy is, and what it is told. */
export interface ProxyAddress {
  protocol: 'http:' | 'https:' | 'socks5:';
  /** IPv6 without its brackets. */
  hostname: string;
  port: number;
  username: string;
  password: string;
}

const defaultPorts = { 'http:': 80, 'https:': 443, 'socks5:': 1080 } as const;

/** Reads an address that was stored. */
export function proxyAddressOf(stored: string): ProxyAddress {
  const url = new URL(stored);
  const protocol = protocolOf(url.protocol);
  return {
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || defaultPorts[protocol],
    username: decoded(url.username) ?? '',
    password: decoded(url.password) ?? '',
  };
}

function protocolOf(text: string): ProxyAddress['protocol'] {
  return text === 'http:' || text === 'https:' ? text : 'socks5:';
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
