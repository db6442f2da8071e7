import { type ProxyRequest, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';

/** For tests: the record of a client's request for gpt-4o, which failed with 503 or was served. */
export function requestOf(target_id: number, timestamp: number, isFailure: boolean): ProxyRequest {
  const failure = { error: 'HTTP 503: no', error_kind: 'upstream' } as const;
  const success = { error: null, error_kind: null };
  const end = { status: isFailure ? 503 : 200, ...(isFailure ? failure : success) };
  const place = { target_id, target_name: 'relay', model: 'gpt-4o' };
  return {
    ...sampleOf(proxyRequestSchema),
    request_id: `${target_id}-${timestamp}-${isFailure}`,
    timestamp,
    key_id: null,
    key_name: 'master',
    requested_model: 'gpt-4o',
    route: 'chat',
    stream: true,
    attempts: [{ ...place, ...end, duration_s: 0.1, is_live_failure: isFailure }],
    first_byte_s: 0.1,
    duration_s: 0.2,
    input_tokens: 1,
    output_tokens: 2,
    request_bytes: 10,
    response_bytes: 20,
    ...place,
    ...end,
  };
}
