import type { ProbeRow } from '@api-monitor/core';

/** A probe that passed, unless `given` says otherwise. */
export function sampleProbe(given: Partial<ProbeRow> = {}): ProbeRow {
  return {
    id: 1,
    run_id: 7,
    target_id: 1,
    protocol: 'openai',
    model: 'gpt-4o',
    stream: true,
    duration: 1.2,
    success: true,
    transport_success: true,
    tool_calls_count: 0,
    tool_calls: [],
    content: 'I am GPT-4o.',
    timestamp: 1000,
    error: null,
    error_kind: null,
    status_code: 200,
    route: 'chat',
    endpoint: '/v1/chat/completions',
    first_token_s: 0.3,
    output_tokens: 12,
    output_tokens_per_s: 40,
    ...given,
  };
}
