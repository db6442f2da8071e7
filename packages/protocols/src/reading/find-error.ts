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
  return (
    errorField(body) ??
    typedError(body) ??
    unsuccessful(body) ??
    codedError(body) ??
    detailed(body) ??
    choiceError(body)
  );
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
  const isError = body.type === 'error' || body.object === 'error' || body.status === 'failed';
  return isError ? describe(body, messageOf(body) || 'failed without a message') : null;
}

function unsuccessful(body: Record<string, unknown>): BodyError | null {
  if (body.success !== false) return null;
  return describe(body, messageOf(body) || 'success is false');
}

const goodCodes = ['', '0', '200', '20000', 'ok', 'success'];

function codedError(body: Record<string, unknown>): BodyError | null {
  const code = codeOf(body);
  if (code === null || goodCodes.includes(code.toLowerCase())) return null;
  const message = messageOf(body);
  return message === '' || hasAnswer(body) ? null : describe(body, message);
}

/** FastAPI's errors have nothing but a `detail`. */
function detailed(body: Record<string, unknown>): BodyError | null {
  if (isEmpty(body.detail) || body.detail === undefined || hasAnswer(body)) return null;
  const message = messageOf(body);
  return message === '' ? null : describe(body, message);
}

const answerFields = ['choices', 'candidates', 'content', 'output', 'data', 'delta', 'text'];

/** Whether the body has what only an answer has. */
function hasAnswer(body: Record<string, unknown>): boolean {
  return answerFields.some((name) => Object.hasOwn(body, name) && body[name] !== null);
}

/** A choice that ended in an error, as OpenRouter says it, with or without an error of its own. */
function choiceError({ choices }: Record<string, unknown>): BodyError | null {
  for (const choice of Array.isArray(choices) ? choices : []) {
    const own = isObject(choice) ? errorField(choice) : null;
    if (own) return own;
    if (stringAt(choice, 'finish_reason') === 'error') {
      return { message: 'the answer ended in an error', type: 'error', code: null, param: null };
    }
  }
  return null;
}

const messageNames = ['message', 'detail', 'msg', 'error_description', 'reason', 'title'];
const nestedNames = ['error', 'errors', 'message', 'detail'];
/** A hostile body may nest without end. */
const deepest = 4;

/** The message of an error. OpenAI, Anthropic, FastAPI, Go and Java relays use different names. */
export function messageOf(error: unknown, depth = 0): string {
  if (typeof error === 'string') return error;
  if (depth > deepest) return '';
  // Validation errors come as a list; the first few say enough.
  if (Array.isArray(error)) {
    const messages = error.slice(0, 8).map((item) => messageOf(item, depth + 1));
    return messages.filter((text) => text !== '').join('; ');
  }
  if (!isObject(error)) return '';
  const named = messageNames
    .map((name) => stringAt(error, name))
    .find((text) => text.trim() !== '');
  if (named !== undefined) return named;
  return nestedNames.reduce(
    (found, name) => found || messageOf(valueAt(error, name), depth + 1),
    '',
  );
}

/** A hostile name would be searched by many patterns. */
const longestName = 500;

function describe(error: unknown, message: string): BodyError {
  const type = (stringAt(error, 'type') || stringAt(error, 'status')).slice(0, longestName) || null;
  const known = message || textOf(error);
  return { message: known, type, code: codeOf(error), param: paramOf(error) };
}

function codeOf(error: unknown): string | null {
  const code = valueAt(error, 'code');
  const isCode = typeof code === 'string' || typeof code === 'number';
  return isCode ? String(code).slice(0, longestName) : null;
}

/** The parts of the request that an error names: OpenAI's `param`, and every `loc` of FastAPI's. */
function paramOf(error: unknown): string | null {
  const named = [stringAt(error, 'param'), ...locations(error, 0)].filter((name) => name !== '');
  return named.length === 0 ? null : named.join(', ').slice(0, longestName);
}

function locations(error: unknown, depth: number): string[] {
  if (depth > deepest) return [];
  if (Array.isArray(error)) return error.slice(0, 8).flatMap((item) => locations(item, depth + 1));
  if (!isObject(error)) return [];
  const steps = arrayAt(error, 'loc').filter((step) => step !== 'body');
  const own = steps.length === 0 ? [] : [steps.map(String).join('.')];
  return [...own, ...nestedNames.flatMap((name) => locations(error[name], depth + 1))];
}

/** The error in a body that isn't JSON. */
export function namelessError(message: string): BodyError {
  return { message, type: null, code: null, param: null };
}

/** The error in JSON of any shape that is known to be one. */
export function errorIn(json: unknown): BodyError {
  return (
    findError(json) ?? { ...namelessError(messageOf(json) || textOf(json)), param: paramOf(json) }
  );
}
