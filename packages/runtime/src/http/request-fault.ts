import type { IncomingMessage } from 'node:http';

/**
 * Why a request can't be served at all; null if it can. Two hosts, or none, are a 400 by RFC 9112, 3.2. A
 * coding that we don't decode would be passed on without its name (6.1). Node's parser refuses everything
 * else that is framed in two ways.
 */
export function faultOfRequest(request: IncomingMessage): string | null {
  const hosts = countHosts(request.rawHeaders);
  if (hosts > 1) return 'the request has more than one Host header';
  if (hosts === 0 && request.httpVersion !== '1.0') return 'the request has no Host header';
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return 'no Transfer-Encoding but chunked is supported';
  }
  return null;
}

function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}
