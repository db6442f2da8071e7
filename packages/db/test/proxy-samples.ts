import type { ProxyAttempt, ProxyKeyInput, ProxyRequest } from '@api-monitor/core';
import type { ProxyKeySecret } from '../src/index.ts';

export function keyInput(
  fields: Partial<ProxyKeyInput & ProxyKeySecret> = {},
): ProxyKeyInput & ProxyKeySecret {
  return {
    name: 'editor',
    allowed_target_ids: [],
    allowed_models: [],
    description: '',
    enabled: true,
    expires_at: null,
    rpm_limit: null,
    tpm_limit: null,
    key_hash: 'hash-1',
    key_prefix: 'sk-am-1234',
    ...fields,
  };
}

export function attempt(fields: Partial<ProxyAttempt> = {}): ProxyAttempt {
  return {
    target_id: 1,
    target_name: 'Relay',
    model: 'gpt-4o',
    status: 200,
    error: null,
    error_kind: null,
    duration_s: 0.5,
    is_live_failure: false,
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
    request_id: 'req-1',
    timestamp: 500,
    key_id: null,
    key_name: 'master',
    target_id: 1,
    target_name: 'Relay',
    requested_model: 'gpt-4o',
    model: 'gpt-4o',
    route: 'chat',
    stream: true,
    status: 200,
    attempts: [attempt()],
    first_byte_s: 0.25,
    duration_s: 0.5,
    input_tokens: 10,
    output_tokens: 20,
    request_bytes: 100,
    response_bytes: 200,
    error_kind: null,
    error: null,
    ...fields,
  };
}
