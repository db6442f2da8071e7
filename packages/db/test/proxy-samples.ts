import {
  type ProxyAttempt,
  type ProxyKeyInput,
  type ProxyRequest,
  proxyAttemptSchema,
  proxyRequestSchema,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import type { createProxyKey, ProxyKeySecret } from '../src/index.ts';

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
