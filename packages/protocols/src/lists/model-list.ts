import {
  type AnsweredExchange,
  type Exchange,
  isPlainLine,
  quote,
  type UpstreamRequest,
} from '@api-monitor/core';
import { findError, messageOf } from '../reading/find-error.ts';
import { isObject, parseJson, stringAt, valueAt } from '../reading/json-value.ts';
import { readErrorBody } from '../reading/read-body.ts';

/** The models that a channel lists, or a sentence that says what it sent instead. */
export type ModelList = { ok: true; models: string[] } | { ok: false; error: string };

/** Longer ids aren't model names. */
const modelIdLimit = 256;
/** How much is quoted of what the channel sent instead. */
const quoteLimit = 500;

/** Source: https://platform.openai.com/docs/api-reference/models/list */
export const modelListRequest: UpstreamRequest = {
  method: 'GET',
  path: '/v1/models',
  headers: {},
  keyHeader: null,
  body: null,
};

/** Reads `{"data": [{"id"}]}`. Drops duplicates and entries without a usable id. */
export function readModelList(exchange: Exchange): ModelList {
  if (!exchange.answered) return { ok: false, error: `model list: ${exchange.message}` };
  const { status, body } = exchange;
  if (status < 200 || status > 299) {
    return fault(
      `HTTP ${status}: ${quote(readErrorBody(body).message, quoteLimit) || 'no message'}`,
    );
  }
  if (exchange.cut === 'too_long') return fault('too long to read');
  if (exchange.cut === 'undecodable') return fault('its compression is broken');
  return readList(exchange);
}

function readList({ status, body }: AnsweredExchange): ModelList {
  const json = parseJson(body.replace(/^\uFEFF/, ''));
  const data = valueAt(json, 'data');
  if (Array.isArray(data)) return { ok: true, models: idsOf(data) };
  const error = isObject(json) ? findError(json) : null;
  if (error) return fault(`HTTP ${status}, response error: ${quote(error.message, quoteLimit)}`);
  const message = quote(messageOf(json), quoteLimit);
  return fault(
    `HTTP ${status} without a list of models: ${message || quote(body, quoteLimit) || 'empty body'}`,
  );
}

function idsOf(data: unknown[]): string[] {
  const ids = data.map((entry) => stringAt(entry, 'id').trim());
  return [...new Set(ids.filter(isModelId))];
}

/** A bad id is dropped: cleaned up, it would name a model that the channel doesn't have. */
function isModelId(id: string): boolean {
  return id !== '' && id.length <= modelIdLimit && isPlainLine(id);
}

function fault(what: string): ModelList {
  return { ok: false, error: `model list: ${what}` };
}
