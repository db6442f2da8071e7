import type { ProbeResult } from '@api-monitor/core';
import { type Database, finishRun, startRun } from '@api-monitor/db';

/** One run of a target of `fillHistory` from its start to its end; writes a row for each model. */
export async function finishOneRun(
  db: Database,
  { targetId, models, nowS }: { targetId: number; models: number; nowS: number },
): Promise<void> {
  const started = await startRun(db, { target_id: targetId, trigger: 'schedule', nowS });
  if (started.outcome !== 'started') throw new Error(`the run is ${started.outcome}`);
  const probes = Array.from({ length: models }, (_, m) => probeOf(`vendor/model-${m}`, nowS));
  await finishRun(db, {
    run_id: started.run.id,
    target_id: targetId,
    status: 'completed',
    probes,
    remembered: new Map(),
    listed_models: probes.map((probe) => probe.model),
    log_file: null,
    error: null,
    nowS,
  });
}

function probeOf(model: string, timestamp: number): ProbeResult {
  return {
    protocol: 'openai',
    model,
    stream: true,
    duration: 1.234,
    success: true,
    transport_success: true,
    tool_calls_count: 0,
    tool_calls: [],
    content: 'I am a large language model, and this is the answer that a probe usually gets back.',
    timestamp,
    error: null,
    error_kind: null,
    status_code: 200,
    route: 'chat',
    endpoint: '/v1/chat/completions',
    first_token_s: 0.456,
    output_tokens: 32,
    output_tokens_per_s: 41.5,
  };
}
