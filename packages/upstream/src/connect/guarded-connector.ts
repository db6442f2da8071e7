import { isIP, type LookupFunction, type Socket } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { type AddressGuard, AddressRefusedError } from './guard-address.ts';
import type { InterimAnswers } from './interim-answers.ts';
import type { Lookup } from './share-lookups.ts';

const readBytes = 64 * 1024;

/** How a connection is made; what is left out is Node's default. */
export interface ConnectorOptions {
  timeoutMs: number;
  verifySsl: boolean;
  /** In PEM, trusted besides the system's certificates. */
  caCertificate?: string | null;
  /** Whether it will be handed on to TLS within a tunnel, which reads it in its own way. */
  isForTls?: boolean;
}

/** Makes connectors that check every address before they connect. */
export function createGuardedConnectors(
  guard: AddressGuard,
  lookup: Lookup,
  interim: Pick<InterimAnswers, 'take'>,
): (options: ConnectorOptions) => buildConnector.connector {
  const onread = readShared(interim);
  return ({ isForTls = false, ...options }) => {
    const connect = buildConnector({
      ...tlsOptionsOf(options),
      lookup: guardedLookup(guard, lookup),
      ...(isForTls ? {} : { onread }),
    });
    return (options, callback) => {
      const refusal = refusalOfLiteral(guard, options.hostname);
      if (refusal) callback(new AddressRefusedError(refusal), null);
      else connect(options, callback);
    };
  };
}

/** What undici's connector takes, of a connection or of TLS within a tunnel. */
export function tlsOptionsOf({ timeoutMs, verifySsl, caCertificate }: ConnectorOptions) {
  const trust = caCertificate ? { secureContext: trusting(caCertificate) } : {};
  return { allowH2: false, timeout: timeoutMs, rejectUnauthorized: verifySsl, ...trust };
}

/** Read once for all connections, because the default certificates are many. */
function trusting(caCertificate: string): SecureContext {
  return createSecureContext({ ca: [...getCACertificates('default'), caCertificate] });
}

/**
 * Node's option `onread` (`net.connect`), which lets all connections read into one buffer. Without it, Node
 * allocates 64 KB for every read, which makes the garbage collector stop all streams again and again.
 */
function readShared(interim: Pick<InterimAnswers, 'take'>) {
  return {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback(this: Socket, length: number, buffer: Uint8Array): boolean {
      const bytes = Buffer.from(buffer.subarray(0, length));
      interim.take(this, bytes);
      return this.push(bytes);
    },
  };
}

// An IP address is never looked up, so it is checked here.
function refusalOfLiteral(guard: AddressGuard, hostname: string): string | null {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) ? guard(address) : null;
}

function guardedLookup(guard: AddressGuard, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => guard(address) === null);
      const [first] = allowed;
      if (!first) {
        const refusal = guard(addresses[0]?.address ?? '0.0.0.0') ?? 'address not allowed';
        return callback(new AddressRefusedError(`${refusal} (${hostname})`), []);
      }
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
