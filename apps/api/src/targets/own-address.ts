import { BlockList, isIP, isIPv4 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { rootPath } from '@api-monitor/runtime';
import type { Context } from 'hono';
import type { ApiDeps, Listener } from '../api-deps.ts';
import { askedHost, isSecure } from '../auth/forwarded.ts';
import type { ApiEnv } from '../router.ts';

/** The addresses that lead to this monitor, as far as it can know without a lookup. */
export interface OwnPlaces {
  /** Where the caller reached the dashboard, with each scheme that leads there; empty without a caller. */
  askedUrls: readonly URL[];
  /** Null if the gateway listens in another process, perhaps on another host. */
  listener: Listener | null;
  /** `BASE_PATH`; absent: `/`. */
  basePath?: string;
}

type OwnDeps = Pick<ApiDeps, 'listener' | 'trustedProxies' | 'basePath'>;

export function ownPlacesOf(
  c: Context<ApiEnv>,
  { listener, trustedProxies, basePath }: OwnDeps,
): OwnPlaces {
  const host = askedHost(c, trustedProxies);
  // Unless a trusted proxy ends TLS there, another program may serve https on the same host.
  const schemes = isSecure(c, trustedProxies) ? ['http', 'https'] : ['http'];
  const askedUrls = schemes.flatMap((scheme) => URL.parse(`${scheme}://${host}`) ?? []);
  return { askedUrls, listener: listener?.() ?? null, basePath };
}

/**
 * Whether a channel at this base URL would lead to this monitor's own gateway, judged by its text: no name
 * is resolved. What this misses, the gateway refuses when the request comes back. A base URL with a path
 * may be another service on the same host.
 */
export function isOwnAddress(
  baseUrl: string,
  { askedUrls, listener, basePath = rootPath }: OwnPlaces,
): boolean {
  const url = URL.parse(baseUrl);
  const path = url?.pathname.replace(/\/*$/, '/');
  if (!url || (path !== rootPath && path !== basePath)) return false;
  const isAsked = askedUrls.some((asked) => isSamePlace(asked, url));
  return isAsked || (listener !== null && isListener(url, listener));
}

function isSamePlace(asked: URL, url: URL): boolean {
  // The caller's loopback may be a tunnel to the monitor; the channel's is the monitor's own machine.
  if (isLoopback(hostOf(asked))) return false;
  return hostOf(asked) === hostOf(url) && portOf(asked) === portOf(url);
}

function isListener(url: URL, { host, port }: Listener): boolean {
  if (portOf(url) !== port) return false;
  const name = hostOf(url);
  if (host === undefined || isIn(unspecified, host)) {
    return isLoopback(name) || name === hostname().toLowerCase() || isIn(interfaces(), name);
  }
  return name === host.toLowerCase() || (isLoopback(host) && isLoopback(name));
}

/** Connecting to the unspecified address reaches loopback too. */
function isLoopback(name: string): boolean {
  return /^(.+\.)?localhost$/.test(name) || isIn(loopback, name) || isIn(unspecified, name);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
const unspecified = new BlockList();
unspecified.addAddress('0.0.0.0', 'ipv4');
unspecified.addAddress('::', 'ipv6');

/** This machine's current addresses. */
function interfaces(): BlockList {
  const list = new BlockList();
  for (const one of Object.values(networkInterfaces()).flat()) {
    if (one) list.addAddress(one.address, one.family === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return list;
}

function isIn(list: BlockList, name: string): boolean {
  return isIP(name) !== 0 && list.check(name, isIPv4(name) ? 'ipv4' : 'ipv6');
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

/** In lower case, without the brackets of an IPv6 address and the dot of a full name. */
function hostOf({ hostname: name }: URL): string {
  return name.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
