import { BlockList, isIP, isIPv4 } from 'node:net';
import {
  directConnection,
  faultOfProxyUrl,
  normaliseProxyUrl,
  parseNetwork,
} from '@api-monitor/core';

/** A part of `NO_PROXY`: a name with all below it, or a network; `*` is everything. */
export interface NoProxyEntry {
  /** Without a leading dot or `*.`. */
  host: string;
  /** null: any. */
  port: string | null;
}

/** The proxies of channels without one of their own; empty: none. */
export interface ProxyDefaults {
  /** Of all channels; `direct`: none, whatever the other two say. */
  upstream: string;
  https: string;
  http: string;
  /** Where the defaults don't apply. */
  except: readonly NoProxyEntry[];
}

export const noProxies: ProxyDefaults = { upstream: '', https: '', http: '', except: [] };

/** How a variable with a proxy's address is read. */
export const proxyVariable = {
  parse: parseProxyUrl,
  default: '',
  allowed: 'an http://, https:// or socks5:// address, or direct',
  /** It may have a password. */
  isSecret: true,
};

/** How `NO_PROXY` is read. */
export const noProxyVariable = {
  parse: parseNoProxy,
  default: '',
  allowed: 'host names, addresses and networks between commas',
};

interface ProxyVariables {
  UPSTREAM_PROXY: string;
  HTTPS_PROXY: string;
  HTTP_PROXY: string;
  NO_PROXY: readonly NoProxyEntry[];
}

/** The defaults from the environment. */
export function proxyDefaultsOf(env: ProxyVariables): ProxyDefaults {
  const { UPSTREAM_PROXY: upstream, HTTPS_PROXY: https, HTTP_PROXY: http, NO_PROXY: except } = env;
  return { upstream, https, http, except };
}

/** The proxy for a channel; null: none. Its own setting comes first, and ignores `NO_PROXY`. */
export function chooseProxy(
  { origin, proxyUrl }: { origin: string; proxyUrl: string | null },
  { upstream, https, http, except }: ProxyDefaults,
): string | null {
  if (proxyUrl !== null) return proxyUrl === directConnection ? null : proxyUrl;
  const url = new URL(origin);
  if (isOwnMachine(url.hostname) || isWithin(url, except)) return null;
  const chosen = upstream || (url.protocol === 'https:' ? https : http);
  return chosen === '' || chosen === directConnection ? null : chosen;
}

/** A proxy elsewhere would reach its own machine. */
function isOwnMachine(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  if (isIP(name)) return name === '::1' || name.startsWith('127.');
  return /(?:^|\.)localhost\.?$/.test(name);
}

/** curl accepts an address without its scheme, so environments have such. */
function parseProxyUrl(text: string): string | null {
  if (text === '') return '';
  const url = /^[a-z\d+.-]+:\/\/|^direct$/i.test(text) ? text : `http://${text}`;
  return faultOfProxyUrl(url) === null ? normaliseProxyUrl(url) : null;
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Reads `NO_PROXY` as curl and Go do: names, addresses and networks between commas or blanks. */
function parseNoProxy(text: string): NoProxyEntry[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const [, host = part, port = null] = /^(\[.+\]|[^:]+):(\d+)$/.exec(part) ?? [];
      return { host: host.replace(/^\*?\.|^\[|\]$|\.$/g, ''), port };
    });
}

function isWithin({ hostname, protocol, port }: URL, entries: readonly NoProxyEntry[]) {
  const name = hostname.replace(/^\[|\]$|\.$/g, '');
  const usedPort = port || defaultPorts[protocol];
  return entries.some(({ host, port }) => {
    if (port !== null && port !== usedPort) return false;
    return host === '*' || name === host || name.endsWith(`.${host}`) || isInNetwork(name, host);
  });
}

function isInNetwork(address: string, text: string): boolean {
  const network = isIP(address) ? parseNetwork(text) : null;
  if (!network) return false;
  const list = new BlockList();
  list.addSubnet(network.address, network.prefix, network.family);
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
