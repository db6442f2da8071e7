import { type ProbeRow, probeRowShape } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';

/** A probe that passed, unless `given` says otherwise. */
export function sampleProbe(given: Partial<ProbeRow> = {}): ProbeRow {
  return {
    ...sampleOf(probeRowShape),
    id: 1,
    run_id: 7,
    target_id: 1,
    model: 'gpt-4o',
    stream: true,
    duration: 1.2,
    success: true,
    transport_success: true,
    content: 'I am GPT-4o.',
    timestamp: 1000,
    status_code: 200,
    endpoint: '/v1/chat/completions',
    first_token_s: 0.3,
    output_tokens: 12,
    output_tokens_per_s: 40,
    ...given,
  };
}
