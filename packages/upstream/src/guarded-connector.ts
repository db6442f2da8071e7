import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressGuard } from './guard-address.ts';
import type { Lookup } from './share-lookups.ts';

/** Thrown into a connection attempt whose address the guard refuses; the message is public. */
export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** How many bytes a failed socket had received: more than none means that it had served before. */
export type BytesReadBefore = (error: object) => number;

export interface GuardedConnector {
  connector: buildConnector.connector;
  bytesReadBefore: BytesReadBefore;
}

const connectTimeoutMs = 15_000;

/** A connector that checks each resolved address, and remembers what an error's socket had received. */
export function createGuardedConnector(
  guard: AddressGuard,
  verifySsl: boolean,
  lookup: Lookup,
): GuardedConnector {
  const bytesReadByError = new WeakMap<object, number>();
  const connect = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    rejectUnauthorized: verifySsl,
    lookup: guardedLookup(guard, lookup),
  });
  const connector: buildConnector.connector = (options, callback) => {
    const refusal = refusalOfLiteral(guard, options.hostname);
    if (refusal) return callback(new AddressRefusedError(refusal), null);
    connect(options, (...result) => {
      const [, socket] = result;
      if (socket) rememberBytesRead(socket, bytesReadByError);
      callback(...result);
    });
  };
  const bytesReadBefore: BytesReadBefore = (error) => bytesReadByError.get(error) ?? 0;
  return { connector, bytesReadBefore };
}

// An address written as a number is never looked up, so it needs a check of its own.
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

function rememberBytesRead(socket: Socket, bytesReadByError: WeakMap<object, number>): void {
  socket.once('error', (error) => bytesReadByError.set(error, socket.bytesRead));
}
