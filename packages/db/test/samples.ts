import {
  type Finding,
  type ProbeResult,
  probeResultShape,
  type TargetInput,
  targetDefaults,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import {
  type Database,
  type FinishRunInput,
  type FinishRunOutcome,
  finishRun,
  type RunRow,
  startRun,
} from '../src/index.ts';

export function targetInput(fields: Partial<TargetInput> = {}): TargetInput {
  return {
    name: 'Relay',
    base_url: 'https://relay.example',
    api_key: 'sk-relay-0123456789',
    ...targetDefaults,
    ...fields,
  };
}

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
    requests: 1,
    ...fields,
  };
}

export function failedProbe(fields: Partial<ProbeResult> = {}): ProbeResult {
  return probe({
    success: false,
    content: '',
    error: 'HTTP 429: slow down',
    error_kind: 'rate_limit',
    status_code: 429,
    first_token_s: null,
    output_tokens: null,
    output_tokens_per_s: null,
    ...fields,
  });
}

/** What a probe of a run showed: an answer, unless the fields say otherwise. */
export function finding(fields: Partial<Finding> = {}): Finding {
  const at = fields.at ?? 1000;
  return {
    ...{ route: 'chat', outcome: 'success', kind: null, scope: 'route', message: null },
    ...{ by: 'run', began_at: at - 1, at, first_token_s: 0.25, is_wrong_answer: null },
    retry_after_s: null,
    ...fields,
  };
}

export function failure(fields: Partial<Finding> = {}): Finding {
  const why = { kind: 'upstream', message: 'HTTP 503: no capacity' } as const;
  return finding({ outcome: 'failure', scope: 'model', first_token_s: null, ...why, ...fields });
}

/** Starts a run that must start. */
export async function startedRun(
  db: Database,
  targetId: number,
  nowS: number,
  logFile: string | null = null,
): Promise<RunRow> {
  const input = { target_id: targetId, trigger: 'schedule' as const, nowS, log_file: logFile };
  const started = await startRun(db, input);
  if (started.outcome !== 'started') throw new Error(`the run is ${started.outcome}`);
  return started.run;
}

/** Ends a run, completed unless `fields` says otherwise; all probed models are listed. */
export function finish(
  db: Database,
  run: RunRow,
  probes: readonly ProbeResult[],
  fields: Partial<FinishRunInput> = {},
): Promise<FinishRunOutcome> {
  return finishRun(db, {
    run_id: run.id,
    target_id: run.target_id,
    status: 'completed',
    probes,
    remembered: new Map(),
    listed_models: probes.map((result) => result.model),
    findings: [],
    log_file: null,
    error: null,
    error_kind: null,
    list_way: null,
    probe_concurrency: null,
    nowS: run.started_at + 5,
    ...fields,
  });
}

/** A whole run: started, and ended five seconds later. */
export async function runOnce(
  db: Database,
  targetId: number,
  nowS: number,
  probes: readonly ProbeResult[],
): Promise<RunRow> {
  const outcome = await finish(db, await startedRun(db, targetId, nowS), probes);
  if (outcome.outcome !== 'finished') throw new Error(`the run is ${outcome.outcome}`);
  return outcome.run;
}
