import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import type { Logger } from '../reports/logger.ts';
import { clientAddressOf, isTrusted } from './client-address.ts';

/** A client may send the header too, so the first such peer needn't be the proxy. */
const warnedPeers = 3;

/**
 * Returns a function that warns, once for each peer and at most three times, if a request was forwarded by a
 * proxy that isn't in `TRUSTED_PROXIES`: all its clients then count as one in limits per address.
 */
export function createProxyWarning(logger: Pick<Logger, 'warn'>, trusted: BlockList) {
  const warned = new Set<string>();
  return ({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): void => {
    const isNamed = headers['x-forwarded-for'] !== undefined;
    if (!isNamed && headers.forwarded === undefined) return;
    if (warned.size === warnedPeers) return;
    const peer = clientAddressOf(socket.remoteAddress ?? 'unknown', undefined, trusted);
    const isTrustedPeer = isTrusted(peer, trusted);
    if (warned.has(peer) || (isNamed && isTrustedPeer)) return;
    warned.add(peer);
    const message = isTrustedPeer
      ? 'a proxy sends Forwarded, which is not read; let it send X-Forwarded-For, or all its clients count as one'
      : 'a peer that is not in TRUSTED_PROXIES sends X-Forwarded-For or Forwarded; if it is your proxy, add its address to TRUSTED_PROXIES, or all its clients count as one';
    logger.warn({ peer }, message);
  };
}
