import type { UnansweredExchange } from '@api-monitor/core';
import { AddressRefusedError } from './guarded-connector.ts';

type Fault = Pick<UnansweredExchange, 'kind' | 'message'>;

// Names from Node's TLS and system errors, and undici's; see their documentation of error codes.
const faults: Record<string, Fault> = {
  ECONNREFUSED: { kind: 'network', message: 'connection refused' },
  ECONNRESET: { kind: 'network', message: 'connection reset' },
  EPIPE: { kind: 'network', message: 'connection closed while sending' },
  ENOTFOUND: { kind: 'network', message: 'host name not found' },
  EAI_AGAIN: { kind: 'network', message: 'host name lookup failed' },
  EHOSTUNREACH: { kind: 'network', message: 'host unreachable' },
  ENETUNREACH: { kind: 'network', message: 'network unreachable' },
  ECONNABORTED: { kind: 'network', message: 'connection aborted' },
  ETIMEDOUT: { kind: 'timeout', message: 'connecting timed out' },
  UND_ERR_CONNECT_TIMEOUT: { kind: 'timeout', message: 'connecting timed out' },
  UND_ERR_SOCKET: { kind: 'network', message: 'connection closed before the answer ended' },
  UND_ERR_HEADERS_OVERFLOW: { kind: 'network', message: 'answer headers too large' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    kind: 'network',
    message: 'connection closed before the answer ended',
  },
  ANSWER_TOO_LONG: { kind: 'network', message: 'the decompressed answer is too long' },
  UNDECODABLE_ANSWER: { kind: 'network', message: "the answer's compression is broken" },
  INVALID_ANSWER: { kind: 'network', message: 'the answer is not valid HTTP' },
  TOO_MANY_CONNECTIONS: { kind: 'network', message: 'too many connections are open' },
  UNSENDABLE_KEY: { kind: 'network', message: 'the API key holds what no header can' },
  CERT_HAS_EXPIRED: { kind: 'tls', message: 'certificate expired' },
  CERT_NOT_YET_VALID: { kind: 'tls', message: 'certificate not yet valid' },
  CERT_REVOKED: { kind: 'tls', message: 'certificate revoked' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { kind: 'tls', message: 'self-signed certificate' },
  SELF_SIGNED_CERT_IN_CHAIN: { kind: 'tls', message: 'self-signed certificate in the chain' },
  UNABLE_TO_GET_ISSUER_CERT: { kind: 'tls', message: 'certificate issuer unknown' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { kind: 'tls', message: 'certificate issuer unknown' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { kind: 'tls', message: 'certificate chain incomplete' },
  ERR_TLS_CERT_ALTNAME_INVALID: { kind: 'tls', message: 'certificate is for another host' },
  EPROTO: { kind: 'tls', message: 'TLS handshake failed' },
};
const faultByCode: ReadonlyMap<string, Fault> = new Map(Object.entries(faults));

/** Puts what a connection threw into a plain sentence and a kind. */
export function describeFault(error: unknown): Fault {
  const root = rootOf(error);
  if (root instanceof AddressRefusedError) return { kind: 'network', message: root.message };
  const code = codeOf(root);
  const known = faultByCode.get(code);
  if (known) return known;
  if (code.startsWith('ERR_SSL_')) return { kind: 'tls', message: 'TLS handshake failed' };
  // undici's parser error carries llhttp's code only where llhttp gave one.
  const isUnparsable = root instanceof Error && root.name === 'HTTPParserError';
  if (isUnparsable || code.startsWith('HPE_')) {
    return { kind: 'network', message: 'the answer is not valid HTTP' };
  }
  return { kind: 'network', message: `connection failed${code ? ` (${code})` : ''}` };
}

// Several addresses tried at once fail as one AggregateError; its first part tells the cause.
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  return error;
}

/** The `code` of an error, or an empty string. */
export function codeOf(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : '';
}
