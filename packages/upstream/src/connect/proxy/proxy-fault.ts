/**
 * A proxy didn't open the way to a channel. The message is shown to people. It has no cause, because the
 * errors of libraries may hold the proxy's password.
 */
export class ProxyFault extends Error {
  readonly code = 'PROXY_FAULT';
  readonly kind: 'network' | 'timeout' | 'tls';

  /** `where` is the proxy's host and port. */
  constructor(where: string, reason: { kind: ProxyFault['kind']; message: string }) {
    super(`through the proxy ${where}: ${reason.message}`);
    this.kind = reason.kind;
  }
}
