import {
  type BalanceFault,
  classifyError,
  type Exchange,
  quote,
  secondsOfIsoTime,
} from '@api-monitor/core';
import { findError } from '../reading/find-error.ts';
import { isObject, parseJson, valueAt } from '../reading/json-value.ts';
import { readErrorBody } from '../reading/read-body.ts';

/** The JSON of an answer about money, or why there is none. */
export type BalanceAnswer = { ok: true; json: unknown } | BalanceFailure;

export interface BalanceFailure {
  ok: false;
  fault: BalanceFault;
  message: string;
}

const quoteLimit = 300;
const missing = [404, 405, 410, 501];

/**
 * Reads an answer about money. A web page with status 200 is what panels answer on every path that they
 * don't know; relays say with status 200 that they refuse a key.
 */
export function readBalanceAnswer(exchange: Exchange): BalanceAnswer {
  if (!exchange.answered) return failure('unreachable', exchange.message);
  const { status, body, cut } = exchange;
  if (status >= 200 && status < 300) {
    if (cut === 'too_long') return failure('absent', `HTTP ${status}: too long to read`);
    if (cut) return failure('failed', `HTTP ${status}: its compression is broken`);
    return readJson(status, body);
  }
  const said = isPage(body) ? 'a web page' : quote(readErrorBody(body).message, quoteLimit);
  const message = `HTTP ${status}: ${said || 'no message'}`;
  return failure(faultOfStatus(status, isPage(body)), message);
}

function faultOfStatus(status: number, isWebPage: boolean): BalanceFault {
  if (missing.includes(status) || (status >= 300 && status < 400)) return 'absent';
  if (status === 429) return 'busy';
  // Filters answer with a page in which the visitor is to prove that they're human.
  if (status === 401 || status === 403) return isWebPage ? 'failed' : 'refused';
  return status >= 500 ? 'failed' : 'absent';
}

function readJson(status: number, body: string): BalanceAnswer {
  const text = body.replace(/^\uFEFF/, '');
  const json = parseJson(text);
  if (!isObject(json)) return failure('absent', `HTTP ${status} without JSON: ${shown(text)}`);
  const error = findError(json);
  // new-api's `code` is true or false, which isn't a code of an error.
  const isRefusal = error !== null || valueAt(json, 'code') === false;
  if (!isRefusal) return { ok: true, json };
  const said = quote(error?.message ?? '', quoteLimit) || 'no message';
  const message = `HTTP ${status}, response error: ${said}`;
  const kind = classifyError({ status, ...(error ?? nameless(said)) });
  if (kind === 'auth') return failure('refused', message);
  if (kind === 'not_found') return failure('absent', message);
  return failure(kind === 'rate_limit' ? 'busy' : 'failed', message);
}

function nameless(message: string) {
  return { message, type: null, code: null, param: null };
}

function shown(text: string): string {
  return isPage(text) ? 'a web page' : quote(text, quoteLimit) || 'empty body';
}

function isPage(body: string): boolean {
  return body.trimStart().startsWith('<');
}

function failure(fault: BalanceFault, message: string): BalanceFailure {
  return { ok: false, fault, message };
}

/** The number at the path, which some write as text; null if it is none that money can be counted with. */
export function amountAt(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = valueAt(value, ...path);
  const text = typeof found === 'string' && /^\s*-?\d+(?:\.\d*)?\s*$/.test(found);
  const number = typeof found === 'number' || text ? Number(found) : Number.NaN;
  return Math.abs(number) <= 1e15 ? number : null;
}

/** A time in Unix seconds from seconds, milliseconds or ISO 8601; null for 0, −1 and what is no time. */
export function timeAt(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = valueAt(value, ...path);
  if (typeof found === 'string') {
    const parsed = secondsOfIsoTime(found);
    return parsed !== null && parsed > 0 ? parsed : null;
  }
  if (typeof found !== 'number' || !(found > 0) || found > 1e14) return null;
  return Math.floor(found > 1e11 ? found / 1000 : found);
}
