import { proxyAddressOf } from '@api-monitor/core';
import { buildConnector } from 'undici';
import { type AddressGuard, createAddressGuard } from './guard-address.ts';
import { createGuardedConnectors, tlsOptionsOf } from './guarded-connector.ts';
import type { InterimAnswers } from './interim-answers.ts';
import { createNameCheck } from './proxy/check-name.ts';
import { createTunnels } from './proxy/open-tunnel.ts';
import { createTunnelConnector } from './proxy/tunnel-connector.ts';
import type { Lookup } from './share-lookups.ts';

/** How one target's connections are made. */
export interface ConnectWay {
  isTls: boolean;
  verifySsl: boolean;
  /** In PEM, trusted besides the system's certificates. */
  caCertificate: string | null;
  /** The proxy's address; null: none. */
  proxy: string | null;
  /** Whether the caller itself begins TLS on the connection. */
  isForTls?: boolean;
}

export interface TargetConnector {
  connect: buildConnector.connector;
  /** Gives up connections that are being opened. */
  close(): Promise<unknown>;
}

interface ConnectParts {
  guard: AddressGuard;
  lookup: Lookup;
  interim: Pick<InterimAnswers, 'take'>;
  timeoutMs: number;
}

/** Makes the connectors of targets, with or without a proxy. */
export function createTargetConnectors({
  guard,
  lookup,
  interim,
  timeoutMs,
}: ConnectParts): (way: ConnectWay) => TargetConnector {
  const direct = createGuardedConnectors(guard, lookup, interim);
  // The operator chose the proxy, so it may be in a private network.
  const toProxy = createGuardedConnectors(createAddressGuard('on'), lookup, interim);
  const check = createNameCheck(guard, lookup);
  return ({ isTls, verifySsl, caCertificate, proxy, isForTls = false }) => {
    const options = { timeoutMs, verifySsl, caCertificate, isForTls };
    if (proxy === null) return { connect: direct(options), close: async () => {} };
    const connectToProxy = toProxy({ timeoutMs, verifySsl: true, isForTls: isTls || isForTls });
    const tunnels = createTunnels(proxyAddressOf(proxy), connectToProxy);
    const secure = buildConnector(tlsOptionsOf(options));
    const connect = createTunnelConnector({ tunnels, secure, check, interim, timeoutMs });
    return { connect, close: tunnels.close };
  };
}
