import type { BodyError } from '@api-monitor/core';
import type { Dialect } from '../request/match-route.ts';

/**
 * An error of the gateway itself. An upstream's error is passed on as it is, except that it is
 * decompressed, the channel's key is masked and its headers are filtered.
 */
export interface GatewayError {
  status: keyof typeof wordsByStatus;
  /** OpenAI's `code`; the other dialects derive theirs from the status. */
  code: string;
  message: string;
  retryAfterS?: number;
  /** The methods that a 405 lists. */
  allowed?: string;
  param?: string;
}

/**
 * OpenAI's `type`, Anthropic's `type` and Gemini's `status` for each HTTP status:
 * https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors,
 * https://cloud.google.com/apis/design/errors
 */
const wordsByStatus = {
  400: ['invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  401: ['authentication_error', 'authentication_error', 'UNAUTHENTICATED'],
  402: ['insufficient_quota', 'billing_error', 'RESOURCE_EXHAUSTED'],
  403: ['permission_error', 'permission_error', 'PERMISSION_DENIED'],
  404: ['invalid_request_error', 'not_found_error', 'NOT_FOUND'],
  405: ['invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  408: ['invalid_request_error', 'invalid_request_error', 'DEADLINE_EXCEEDED'],
  413: ['invalid_request_error', 'request_too_large', 'INVALID_ARGUMENT'],
  415: ['invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  426: ['invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  429: ['rate_limit_error', 'rate_limit_error', 'RESOURCE_EXHAUSTED'],
  500: ['server_error', 'api_error', 'INTERNAL'],
  502: ['server_error', 'api_error', 'UNAVAILABLE'],
  503: ['server_error', 'overloaded_error', 'UNAVAILABLE'],
  504: ['server_error', 'api_error', 'DEADLINE_EXCEEDED'],
  508: ['server_error', 'api_error', 'FAILED_PRECONDITION'],
} as const;

/** A request that came back, or that passed through too many monitors (RFC 5842, 7.2). */
export function loopError(message: string): GatewayError {
  return { status: 508, code: 'loop_detected', message };
}

/** A channel's own error, for a client that can't get it as it came. */
export function errorSaid(status: number, said: BodyError | null, message: string): GatewayError {
  const code = said?.code ?? said?.type ?? 'upstream_error';
  const param = said?.param ?? null;
  return { status: nearestStatus(status), code, message, ...(param === null ? {} : { param }) };
}

function nearestStatus(status: number): GatewayError['status'] {
  if (isKnown(status)) return status;
  if (status === 529) return 503;
  return status >= 400 && status < 500 ? 400 : 502;
}

function isKnown(status: number): status is GatewayError['status'] {
  return Object.hasOwn(wordsByStatus, status);
}

interface ErrorBody {
  error: object;
  type?: 'error';
  request_id?: string;
}

/** The error's JSON object in the caller's dialect. */
export function errorBody(dialect: Dialect, error: GatewayError, requestId: string): ErrorBody {
  const { status: httpStatus, code, message, param = null } = error;
  const [openaiType, anthropicType, status] = wordsByStatus[httpStatus];
  switch (dialect) {
    case 'openai':
      return { error: { message, type: openaiType, param, code } };
    case 'anthropic':
      return { type: 'error', error: { type: anthropicType, message }, request_id: requestId };
    case 'gemini':
      return { error: { code: httpStatus, message, status } };
  }
}

/**
 * The event that ends a stream that broke midway, because a clean end would look like success. The blank
 * line before it closes an event that was cut off.
 */
export function errorEvent(
  dialect: Dialect,
  isResponses: boolean,
  error: GatewayError,
  requestId: string,
): string {
  const body = withStatus(errorBody(dialect, error, requestId), error.status);
  if (dialect === 'anthropic') return `\n\nevent: error\ndata: ${JSON.stringify(body)}\n\n`;
  if (dialect === 'gemini') return `\n\ndata: ${JSON.stringify(body)}\n\n${unfinished}`;
  if (!isResponses) return `\n\ndata: ${JSON.stringify(body)}\n\n`;
  const { status, code, message } = error;
  const event = { type: 'error', status, code, message, param: null, ...body };
  return `\n\nevent: error\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Within a stream, no status line tells it. Gemini's `code` is the status already. */
function withStatus(body: ErrorBody, status: number): ErrorBody {
  return 'code' in body.error && body.error.code === status
    ? body
    : { ...body, error: { ...body.error, status } };
}

/**
 * Versions of the Gemini SDK up to 1.x read no error from an event, but reject a stream that stops in the
 * middle of a line. Clients that read the event ignore the comment.
 */
const unfinished = ': broke off';
