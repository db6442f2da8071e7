import type { BodyError } from '@api-monitor/core';
import { arrayAt, isObject, stringAt, textOf, valueAt } from './json-value.ts';

/**
 * The error in a JSON body or event, whatever its HTTP status; null if it has none. Relays answer 200
 * with errors in many forms. `error: null` isn't one, nor is an error object with only empty fields.
 */
export function findError(body: unknown): BodyError | null {
  // Gemini wraps the error of a stream in an array.
  if (Array.isArray(body)) return findError(body.find((item) => isObject(item) && item.error));
  if (!isObject(body)) return null;
  return errorField(body) ?? typedError(body) ?? unsuccessful(body) ?? codedError(body);
}

function errorField(body: Record<string, unknown>): BodyError | null {
  const { error } = body;
  if (typeof error === 'string') return error.trim() === '' ? null : describe(body, error);
  if (error === true) return describe(body, messageOf(body));
  if (Array.isArray(error))
    return error.length > 0 ? describe(error[0], messageOf(error[0])) : null;
  if (!isObject(error) || Object.values(error).every(isEmpty)) return null;
  return describe(error, messageOf(error));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === 0 || value === false;
}

/** Anthropic's `type: "error"`, a Responses object or Gemini operation that failed. */
function typedError(body: Record<string, unknown>): BodyError | null {
  const isError = body.type === 'error' || body.status === 'failed';
  return isError ? describe(body, messageOf(body) || 'failed without a message') : null;
}

function unsuccessful(body: Record<string, unknown>): BodyError | null {
  if (body.success !== false) return null;
  return describe(body, messageOf(body) || 'success is false');
}

const goodCodes = ['', '0', '200', 'ok', 'success'];

function codedError(body: Record<string, unknown>): BodyError | null {
  const code = codeOf(body);
  if (code === null || goodCodes.includes(code.toLowerCase())) return null;
  const message = messageOf(body);
  return message === '' ? null : describe(body, message);
}

/** The message of an error. OpenAI, Anthropic, FastAPI, Go and Java relays use different names. */
export function messageOf(error: unknown, depth = 0): string {
  const named = ['message', 'detail', 'msg', 'error_description', 'reason', 'title']
    .map((name) => stringAt(error, name))
    .find((text) => text.trim() !== '');
  if (named !== undefined) return named;
  const nested = valueAt(error, 'error') ?? valueAt(error, 'errors', 0);
  if (typeof nested === 'string') return nested;
  if (isObject(nested) && depth < 4) return messageOf(nested, depth + 1);
  // FastAPI's validation errors.
  return arrayAt(error, 'detail')
    .map((item) => stringAt(item, 'msg'))
    .filter((text) => text !== '')
    .join('; ');
}

function describe(error: unknown, message: string): BodyError {
  const type = stringAt(error, 'type') || stringAt(error, 'status') || null;
  const known = message || textOf(error);
  return { message: known, type, code: codeOf(error) };
}

function codeOf(error: unknown): string | null {
  const code = valueAt(error, 'code');
  return typeof code === 'string' || typeof code === 'number' ? String(code) : null;
}
