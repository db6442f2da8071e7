import { AppError, httpStatusByErrorCode } from '@api-monitor/core';
import { describeStorageFault } from '@api-monitor/db';
import type { Logger } from '@api-monitor/runtime';
import type { ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ApiEnv } from '../router.ts';

/**
 * Turns what a route threw into `{detail, reason, fields}`. Unexpected errors and those of the storage are
 * logged too; the message of an unexpected one is not shown.
 */
export function errorResponder(logger: Logger): ErrorHandler<ApiEnv> {
  return (error, c) => {
    const storage = describeStorageFault(error);
    const known = storage === null ? asAppError(error) : new AppError('unavailable', storage);
    if (storage !== null || !known || known.code === 'internal') {
      logger.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    }
    const { code, message, reason, fields, retryAfterS } =
      known ??
      new AppError('internal', 'an unexpected error occurred; the server log has the details');
    // The unread rest of a body must not be taken for the next request.
    if (code === 'payload_too_large') c.header('Connection', 'close');
    if (retryAfterS !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterS)));
    return c.json({ detail: message, reason, fields }, httpStatusByErrorCode[code]);
  };
}

function asAppError(error: Error): AppError | null {
  if (error instanceof AppError) return error;
  if (!(error instanceof HTTPException)) return null;
  if (error.status === 400) return new AppError('invalid_input', 'the body is not valid JSON');
  if (error.status === 415) {
    return new AppError('invalid_input', 'the body must be sent as Content-Type: application/json');
  }
  return null;
}
