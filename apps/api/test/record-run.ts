import { type Finding, type ProbeResult, probeResultShape } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { type Database, type FinishRunInput, finishRun, startRun } from '@api-monitor/db';

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
    input_tokens: 9,
    output_tokens: 12,
    requests: 1,
    output_tokens_per_s: 24,
    ...fields,
  };
}

/** A probe that hit a rate limit, with `fields` replaced. */
export function failedProbe(fields: Partial<ProbeResult> = {}): ProbeResult {
  const failed = { success: false, status_code: 429, error_kind: 'rate_limit' } as const;
  return probe({ ...failed, error: 'HTTP 429: slow down', first_token_s: null, ...fields });
}

/** Records a run of the channel with these probes, and returns its id. */
export async function recordRun(
  db: Database,
  target_id: number,
  nowS: number,
  probes: readonly ProbeResult[],
  fields: Partial<FinishRunInput> = {},
): Promise<number> {
  const started = await startRun(db, { target_id, trigger: 'schedule', nowS });
  if (started.outcome !== 'started') throw new Error(`the run is ${started.outcome}`);
  await finishRun(db, {
    run_id: started.run.id,
    target_id,
    status: 'completed',
    probes,
    findings: probes.flatMap(findingOf),
    remembered: new Map(),
    listed_models: null,
    list_way: null,
    probe_concurrency: null,
    log_file: null,
    error: null,
    error_kind: null,
    nowS,
    ...fields,
  });
  return started.run.id;
}

/** What a probe of a run shows; nothing if it was skipped. */
function findingOf(result: ProbeResult): { model: string; finding: Finding }[] {
  const { model, route, success, timestamp, error, error_kind, first_token_s } = result;
  if (error_kind === 'skipped') return [];
  const finding: Finding = {
    route,
    outcome: success ? 'success' : 'failure',
    kind: error_kind,
    scope: 'model',
    message: error,
    by: 'run',
    began_at: timestamp,
    at: timestamp,
    first_token_s,
    is_wrong_answer: result.is_wrong_answer,
    retry_after_s: null,
  };
  return [{ model, finding }];
}
