import {
  type BodyError,
  classifyError,
  type ErrorKind,
  type Exchange,
  type ListWay,
  listWays,
  quote,
  type UpstreamRequest,
} from '@api-monitor/core';
import { findError, messageOf } from '../reading/find-error.ts';
import { isObject, parseJson, valueAt } from '../reading/json-value.ts';
import { readErrorBody } from '../reading/read-body.ts';
import { type ListCursor, type ListPage, readListPage } from './read-list-page.ts';

/** The models that a channel lists, or a sentence that says what it sent instead. */
export type ModelList = { ok: true; models: string[]; way: ListWay } | ListFailure;

export interface ListFailure {
  ok: false;
  message: string;
  kind: ErrorKind;
  /** Of the answer; null if none came. */
  status: number | null;
}

/** How far the listing has come. */
export interface ListState {
  way: ListWay;
  cursor: ListCursor | null;
  /** Of the pages before. */
  models: readonly string[];
  pages: number;
  /** The ways that failed, in their order. */
  failures: readonly (ListFailure & { way: ListWay })[];
}

/** After one more exchange there is another request to send, or the result. */
export type ListStep = { done: false; state: ListState } | { done: true; list: ModelList };

/** A list that is longer is cut, so that a channel can't keep a run busy. */
const mostPages = 50;
/** How much is quoted of what the channel sent instead. */
const quoteLimit = 500;

/** `way`: what worked last time, as stored. */
export function startListing(way: unknown): ListState {
  return fromWay(listWays.find((one) => one === way) ?? 'openai', []);
}

function fromWay(way: ListWay, failures: ListState['failures']): ListState {
  return { way, cursor: null, models: [], pages: 0, failures };
}

/**
 * The request for the next page.
 * Sources: https://platform.openai.com/docs/api-reference/models/list,
 * https://docs.anthropic.com/en/api/models-list, https://ai.google.dev/api/models#method:-models.list
 */
export function listRequest({ way, cursor }: ListState, anthropicVersion: string): UpstreamRequest {
  const get = { method: 'GET', headers: {}, keyHeader: null, body: null } as const;
  switch (way) {
    case 'openai':
      return { ...get, path: `/v1/models${queryOf(cursor, null)}` };
    case 'anthropic': {
      const headers = { 'anthropic-version': anthropicVersion };
      const path = `/v1/models${queryOf(cursor, 'limit=1000')}`;
      return { ...get, path, headers, keyHeader: 'x-api-key' };
    }
    case 'gemini': {
      const path = `/v1beta/models${queryOf(cursor, 'pageSize=1000')}`;
      return { ...get, path, keyHeader: 'x-goog-api-key' };
    }
  }
}

/** The first page is asked for without a query, because some relays only know the plain address. */
function queryOf(cursor: ListCursor | null, size: string | null): string {
  if (!cursor) return '';
  const next = `${cursor.name}=${encodeURIComponent(cursor.value)}`;
  return size ? `?${size}&${next}` : `?${next}`;
}

/** What follows from the answer to `listRequest`. */
export function nextListRequest(state: ListState, exchange: Exchange): ListStep {
  const read = readPage(exchange);
  return read.ok ? afterPage(state, read.page) : afterFailure(state, exchange, read);
}

function afterPage(state: ListState, { models: listed, cursor }: ListPage): ListStep {
  const models = [...new Set([...state.models, ...listed])];
  const pages = state.pages + 1;
  // A channel that ignores the cursor sends the same page again.
  const isNew = models.length > state.models.length;
  return cursor && isNew && pages < mostPages
    ? { done: false, state: { ...state, models, cursor, pages } }
    : { done: true, list: { ok: true, models, way: state.way } };
}

/** Another way is tried unless the channel is down; half a list would make the other half look gone. */
function afterFailure(state: ListState, exchange: Exchange, last: ListFailure): ListStep {
  const { kind } = last;
  const failures = [...state.failures, { ...last, way: state.way }];
  const next = listWays.find((way) => !failures.some((failure) => failure.way === way));
  const isDown = !exchange.answered || kind === 'rate_limit' || isServerError(exchange.status);
  if (next && !isDown && state.pages === 0) return { done: false, state: fromWay(next, failures) };
  // Refused keys say more than addresses that don't exist.
  const telling = failures.find((failure) => failure.kind === 'auth' || failure.kind === 'quota');
  const { way: _, ...list } = telling ?? failures[0] ?? { ...last, way: state.way };
  return { done: true, list };
}

function isServerError(status: number): boolean {
  return status >= 500 && status !== 501;
}

type PageReading = { ok: true; page: ListPage } | ListFailure;

function readPage(exchange: Exchange): PageReading {
  if (!exchange.answered) return failure(exchange.message, exchange.kind, null);
  const { status, body, cut } = exchange;
  if (status < 200 || status > 299) {
    const error = readErrorBody(body);
    const message = quote(error.message, quoteLimit) || 'no message';
    return failure(`HTTP ${status}: ${message}`, classifyError({ status, ...error }), status);
  }
  if (cut === 'too_long') return failure('too long to read', 'bad_body', status);
  if (cut === 'undecodable') return failure('its compression is broken', 'bad_body', status);
  return readList(status, body);
}

function readList(status: number, body: string): PageReading {
  const json = parseJson(body.replace(/^\uFEFF/, ''));
  const page = readListPage(json);
  if (page && page.models.length > 0) return { ok: true, page };
  // Some errors have an empty list beside them.
  const error = findError(json) ?? codeAlone(json);
  if (page && !error && !page.isUnreadable) return { ok: true, page };
  if (error) {
    const message = `HTTP ${status}, response error: ${quote(error.message, quoteLimit)}`;
    return failure(message, classifyError({ status, ...error }), status);
  }
  const said =
    quote(messageOf(isObject(json) ? json : null), quoteLimit) || quote(body, quoteLimit);
  const message = `HTTP ${status} without a list of models: ${said || 'empty body'}`;
  return failure(message, 'bad_body', status);
}

/** An error that is only a code, as `{"models": [], "code": 401}`. */
function codeAlone(json: unknown): BodyError | null {
  const code = Number(valueAt(json, 'code'));
  if (!(code >= 400 && code < 600)) return null;
  return { message: `code ${code}`, type: null, code: String(code), param: null };
}

function failure(message: string, kind: ErrorKind, status: number | null): ListFailure {
  return { ok: false, message, kind, status };
}
