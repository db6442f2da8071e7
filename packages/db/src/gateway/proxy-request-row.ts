import {
  type ProxyAttempt,
  type ProxyRequest,
  type RequestOutcome,
  requestOutcomeOf,
} from '@api-monitor/core';
import { bitOf, parseColumn } from '../engine/json-column.ts';
import type { ProxyRequestTableRow } from '../schema.ts';

/** A stored request; `id` grows with the order of writing. */
export interface ProxyRequestRow extends ProxyRequest {
  id: number;
  outcome: RequestOutcome;
}

export const proxyRequestColumns = [
  'id',
  'request_id',
  'timestamp',
  'key_id',
  'key_name',
  'target_id',
  'target_name',
  'requested_model',
  'model',
  'route',
  'stream',
  'status',
  'attempts',
  'first_byte_s',
  'duration_s',
  'input_tokens',
  'output_tokens',
  'request_bytes',
  'response_bytes',
  'error_kind',
  'error',
  'outcome',
] as const;

/** Names each column, so that a field beyond ours can't slip into the statement. */
export function storedRequest(request: ProxyRequest): Omit<ProxyRequestTableRow, 'id'> {
  return {
    request_id: request.request_id,
    timestamp: request.timestamp,
    key_id: request.key_id,
    key_name: request.key_name,
    target_id: request.target_id,
    target_name: request.target_name,
    requested_model: request.requested_model,
    model: request.model,
    route: request.route,
    stream: bitOf(request.stream),
    status: request.status,
    attempts: JSON.stringify(request.attempts),
    first_byte_s: request.first_byte_s,
    duration_s: request.duration_s,
    input_tokens: request.input_tokens,
    output_tokens: request.output_tokens,
    request_bytes: request.request_bytes,
    response_bytes: request.response_bytes,
    error_kind: request.error_kind,
    error: request.error,
    outcome: requestOutcomeOf(request),
  };
}

export function proxyRequestOf(row: ProxyRequestTableRow): ProxyRequestRow {
  return {
    ...row,
    stream: Boolean(row.stream),
    attempts: parseColumn<ProxyAttempt[]>(row.attempts),
  };
}
