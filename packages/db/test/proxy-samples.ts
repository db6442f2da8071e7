import {
  type ProxyAttempt,
  type ProxyKeyInput,
  type ProxyRequest,
  proxyAttemptSchema,
  proxyRequestSchema,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { type Kysely, sql } from 'kysely';
import type { createProxyKey, ProxyKeySecret } from '../src/index.ts';
import type { Schema } from '../src/schema.ts';

export function keyInput(
  fields: Partial<ProxyKeyInput & ProxyKeySecret> = {},
): Parameters<typeof createProxyKey>[1] {
  return {
    name: 'editor',
    allowed_target_ids: [],
    key_hash: 'hash-1',
    key_prefix: 'sk-am-1234',
    ...fields,
  };
}

export function attempt(fields: Partial<ProxyAttempt> = {}): ProxyAttempt {
  return {
    ...sampleOf(proxyAttemptSchema),
    target_id: 1,
    target_name: 'Relay',
    model: 'gpt-4o',
    status: 200,
    duration_s: 0.5,
    ...fields,
  };
}

export function failedAttempt(fields: Partial<ProxyAttempt> = {}): ProxyAttempt {
  return attempt({
    status: 503,
    error: 'HTTP 503: no capacity',
    error_kind: 'upstream',
    is_live_failure: true,
    ...fields,
  });
}

export function proxyRequest(fields: Partial<ProxyRequest> = {}): ProxyRequest {
  return {
    ...sampleOf(proxyRequestSchema),
    request_id: 'req-1',
    timestamp: 500,
    key_name: 'master',
    target_id: 1,
    target_name: 'Relay',
    requested_model: 'gpt-4o',
    model: 'gpt-4o',
    stream: true,
    status: 200,
    attempts: [attempt()],
    first_byte_s: 0.25,
    duration_s: 0.5,
    input_tokens: 10,
    output_tokens: 20,
    request_bytes: 100,
    response_bytes: 200,
    ...fields,
  };
}

/** A request and the totals of its hour in a database whose columns are those of an earlier version. */
export async function insertServed(
  earlier: Kysely<Schema>,
  { requests }: { requests: number },
): Promise<void> {
  await sql`
    insert into proxy_requests (request_id, timestamp, key_name, requested_model, model, route, stream,
      status, attempts, duration_s, input_tokens, output_tokens, request_bytes, response_bytes, outcome)
    values ('a', 500, 'master', 'm', 'm', 'chat', 0, 200, '[]', 1, 10, 20, 1, 1, 'ok')`.execute(
    earlier,
  );
  await sql`
    insert into proxy_totals (hour, key_id, target_id, model, route, outcome, key_name, requests,
      failures, input_tokens, output_tokens, first_byte_sum_s, first_byte_count)
    values (0, 0, 1, 'm', 'chat', 'ok', 'master', ${requests}, 0, 10, 20, 0.5, 1)`.execute(earlier);
}
