import type { Dialect } from '../request/match-route.ts';

/**
 * An error of the gateway's own. An upstream's error goes down as it came, except that it is decoded, its
 * key covered and its headers filtered.
 */
export interface GatewayError {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 426 | 429 | 500 | 502 | 503 | 504 | 508;
  /** OpenAI's `code`; the other dialects derive their words from the status. */
  code: string;
  message: string;
  retryAfterS?: number;
  param?: string;
}

// https://platform.openai.com/docs/guides/error-codes
const openaiTypes: Partial<Record<GatewayError['status'], string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  500: 'server_error',
  502: 'server_error',
  503: 'server_error',
  504: 'server_error',
  508: 'server_error',
};

// https://docs.anthropic.com/en/api/errors
const anthropicTypes: Partial<Record<GatewayError['status'], string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  502: 'api_error',
  503: 'overloaded_error',
  504: 'api_error',
  508: 'api_error',
};

// https://cloud.google.com/apis/design/errors
const geminiStatuses: Partial<Record<GatewayError['status'], string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  508: 'FAILED_PRECONDITION',
};

/** A request that came back, or that passed through too many monitors (RFC 5842, 7.2). */
export function loopError(message: string): GatewayError {
  return { status: 508, code: 'loop_detected', message };
}

/** The error's JSON object in the caller's dialect. */
export function errorBody(dialect: Dialect, error: GatewayError, requestId: string): object {
  const { status, code, message } = error;
  switch (dialect) {
    case 'openai': {
      const type = openaiTypes[status] ?? 'invalid_request_error';
      return { error: { message, type, param: error.param ?? null, code } };
    }
    case 'anthropic': {
      const type = anthropicTypes[status] ?? 'invalid_request_error';
      return { type: 'error', error: { type, message }, request_id: requestId };
    }
    case 'gemini':
      return {
        error: { code: status, message, status: geminiStatuses[status] ?? 'INVALID_ARGUMENT' },
      };
  }
}

/**
 * The event that ends a stream which broke midway. A clean end would be taken for success; the blank
 * line before it closes whatever event was cut.
 */
export function errorEvent(
  dialect: Dialect,
  isResponses: boolean,
  error: GatewayError,
  requestId: string,
): string {
  const body = errorBody(dialect, error, requestId);
  if (dialect === 'anthropic') return `\n\nevent: error\ndata: ${JSON.stringify(body)}\n\n`;
  if (dialect === 'gemini') return `\n\ndata: ${JSON.stringify(body)}\n\n${unfinished}`;
  if (!isResponses) return `\n\ndata: ${JSON.stringify(body)}\n\n`;
  const { code, message } = error;
  const event = { type: 'error', code, message, param: null, ...body };
  return `\n\nevent: error\ndata: ${JSON.stringify(event)}\n\n`;
}

/**
 * The Gemini SDK's versions up to 1.x read no error from an event, but refuse a stream that stops
 * within a line; whoever has read the event never looks at the comment.
 */
const unfinished = ': broke off';
