import { type ProbeResult, probeResultShape } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { type Database, finishRun, startRun } from '@api-monitor/db';

/** A probe that passed in 0.75 s, with `fields` replaced. */
export function probe(fields: Partial<ProbeResult> = {}): ProbeResult {
  return {
    ...sampleOf(probeResultShape),
    model: 'gpt-4o',
    stream: true,
    duration: 0.75,
    success: true,
    transport_success: true,
    content: 'I am a model.',
    timestamp: 1000,
    status_code: 200,
    endpoint: '/v1/chat/completions',
    first_token_s: 0.25,
    output_tokens: 12,
    output_tokens_per_s: 24,
    ...fields,
  };
}

/** A probe that hit a rate limit, with `fields` replaced. */
export function failedProbe(fields: Partial<ProbeResult> = {}): ProbeResult {
  const failed = { success: false, status_code: 429, error_kind: 'rate_limit' } as const;
  return probe({ ...failed, error: 'HTTP 429: slow down', first_token_s: null, ...fields });
}

/** Records a run of the channel with these probes. */
export async function recordRun(
  db: Database,
  target_id: number,
  nowS: number,
  probes: readonly ProbeResult[],
): Promise<void> {
  const started = await startRun(db, { target_id, trigger: 'schedule', nowS });
  if (started.outcome !== 'started') throw new Error(`the run is ${started.outcome}`);
  await finishRun(db, {
    run_id: started.run.id,
    target_id,
    status: 'completed',
    probes,
    remembered: new Map(),
    listed_models: null,
    log_file: null,
    error: null,
    nowS,
  });
}
