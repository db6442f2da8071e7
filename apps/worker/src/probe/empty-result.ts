import type { ProbeResult } from '@api-monitor/core';

/** What a row has that no answer fills. */
export const emptyResult: Omit<ProbeResult, 'protocol' | 'model' | 'route' | 'timestamp'> = {
  ...{ success: false, transport_success: false, status_code: null, error: null, error_kind: null },
  ...{ content: '', tool_calls: [], tool_calls_count: 0, stream: false, duration: 0, endpoint: '' },
  ...{ first_token_s: null, output_tokens: null, output_tokens_per_s: null, input_tokens: null },
  ...{ requests: 0, proved_by: 'probe', question: null, is_wrong_answer: false },
};
