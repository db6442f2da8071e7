import type { UnansweredExchange } from '@api-monitor/core';
import { AddressRefusedError } from '../connect/guard-address.ts';
import { ProxyFault } from '../connect/proxy/proxy-fault.ts';

export interface Fault extends Pick<UnansweredExchange, 'kind' | 'message'> {
  /** Whether no connection came about, so that nothing of the request was sent. */
  isUnreached: boolean;
}

const network = (message: string): Fault => ({ kind: 'network', message, isUnreached: false });
const unreached = (message: string): Fault => ({ kind: 'network', message, isUnreached: true });
const timeout = (message: string): Fault => ({ kind: 'timeout', message, isUnreached: true });
const tls = (message: string): Fault => ({ kind: 'tls', message, isUnreached: true });

const ownFaults = {
  ANSWER_TOO_LONG: network('the decompressed answer is too long'),
  INVALID_ANSWER: network('the answer is not valid HTTP'),
  TOO_MANY_CONNECTIONS: network('too many connections are open'),
  UNDECODABLE_ANSWER: network("the answer's compression is broken"),
  NO_KEY: network('the channel has no API key yet'),
  UNSENDABLE_KEY: network('the API key contains characters that no header can hold'),
};

// Names from Node's TLS and system errors, and undici's; see their documentation of error codes.
const faultByCode: ReadonlyMap<string, Fault> = new Map(
  Object.entries({
    ...ownFaults,
    ECONNREFUSED: unreached('connection refused'),
    ECONNRESET: network('connection reset'),
    EPIPE: network('connection closed while sending'),
    ENOTFOUND: unreached('host name not found'),
    EAI_AGAIN: unreached('host name lookup failed'),
    EHOSTUNREACH: unreached('host unreachable'),
    ENETUNREACH: unreached('network unreachable'),
    ECONNABORTED: network('connection aborted'),
    ETIMEDOUT: timeout('connecting timed out'),
    UND_ERR_CONNECT_TIMEOUT: timeout('connecting timed out'),
    UND_ERR_SOCKET: network('connection closed before the answer ended'),
    UND_ERR_HEADERS_OVERFLOW: network('answer headers too large'),
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: network('connection closed before the answer ended'),
    CERT_HAS_EXPIRED: tls('certificate expired'),
    CERT_NOT_YET_VALID: tls('certificate not yet valid'),
    CERT_REVOKED: tls('certificate revoked'),
    DEPTH_ZERO_SELF_SIGNED_CERT: tls('self-signed certificate'),
    SELF_SIGNED_CERT_IN_CHAIN: tls('self-signed certificate in the chain'),
    UNABLE_TO_GET_ISSUER_CERT: tls('certificate issuer unknown'),
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: tls('certificate issuer unknown'),
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: tls('certificate chain incomplete'),
    ERR_TLS_CERT_ALTNAME_INVALID: tls('certificate is for another host'),
    EPROTO: tls('TLS handshake failed'),
  }),
);

/** Why a request failed without an error from Node or undici. */
export class AnswerFault extends Error {
  readonly code: keyof typeof ownFaults;

  constructor(code: keyof typeof ownFaults) {
    super(code);
    this.code = code;
  }
}

/**
 * Describes an error of a request or its answer by a plain sentence and a kind. A reset never counts as
 * unreached, because the request itself may have caused it.
 */
export function describeFault(error: unknown): Fault {
  const root = rootOf(error);
  if (root instanceof AddressRefusedError) return unreached(root.message);
  if (root instanceof ProxyFault) {
    return { kind: root.kind, message: root.message, isUnreached: true };
  }
  const code = codeOf(root);
  const known = faultByCode.get(code);
  if (known) return known;
  if (code.startsWith('ERR_SSL_')) return tls('TLS handshake failed');
  // undici's parser error has llhttp's code only if llhttp gave one.
  const isUnparsable = root instanceof Error && root.name === 'HTTPParserError';
  if (isUnparsable || code.startsWith('HPE_')) return ownFaults.INVALID_ANSWER;
  return network(`connection failed${code ? ` (${code})` : ''}`);
}

/** Whether the address guard refused the address. */
export function isAddressRefused(error: unknown): boolean {
  return rootOf(error) instanceof AddressRefusedError;
}

// If several addresses were tried, the error is an AggregateError; its first part has the cause.
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  return error;
}

/** The `code` of an error, or an empty string. */
export function codeOf(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : '';
}
