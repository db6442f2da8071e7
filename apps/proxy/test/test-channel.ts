import {
  type ErrorKind,
  type EvidenceRoute,
  type Finding,
  type ProbeResult,
  type TargetInput,
  targetDefaults,
} from '@api-monitor/core';
import { createTarget, type Database, finishRun, startRun } from '@api-monitor/db';

export const upstreamKey = 'sk-upstream-0123456789abcdef';

/** What a model's latest probe found. */
export interface TestModel {
  isAlive?: boolean;
  isSkipped?: boolean;
  /** Listed, and not asked yet. */
  isNew?: boolean;
  error?: string;
  kind?: ErrorKind;
  /** How long ago it was probed. */
  ageS?: number;
  firstTokenS?: number | null;
  /** Where it is proven. */
  routes?: readonly EvidenceRoute[];
  /** Where the channel refused it. */
  refusedOn?: readonly EvidenceRoute[];
}

export interface TestChannel {
  /** The provider's address. */
  origin: string;
  /** By name; alive and just probed unless it says otherwise. */
  models: Record<string, TestModel>;
  fields?: Partial<TargetInput>;
}

/** Adds a channel and the results of its latest run; returns its id. */
export async function addChannel(
  db: Database,
  name: string,
  { origin, models, fields }: TestChannel,
  nowS: number,
): Promise<number> {
  const input: TargetInput = {
    name,
    base_url: origin,
    api_key: upstreamKey,
    ...targetDefaults,
    timeout_s: 5,
    ...fields,
  };
  const { id } = await createTarget(db, input, nowS);
  await proveModels(db, id, models, nowS);
  return id;
}

/** Stores a run that found the channel's models as given. */
export async function proveModels(
  db: Database,
  targetId: number,
  models: Record<string, TestModel>,
  nowS: number,
): Promise<void> {
  const started = await startRun(db, { target_id: targetId, trigger: 'manual', nowS });
  if (started.outcome !== 'started') throw new Error(started.outcome);
  const given = Object.entries(models);
  await finishRun(db, {
    run_id: started.run.id,
    target_id: targetId,
    status: 'completed',
    probes: given.map(([model, how]) => probeOf(model, how, nowS)),
    findings: given.flatMap(([model, how]) =>
      findingsOf(how, nowS).map((finding) => ({ model, finding })),
    ),
    ...{ remembered: new Map(), listed_models: Object.keys(models), log_file: null },
    ...{ error: null, error_kind: null, list_way: null, probe_concurrency: null },
    nowS,
  });
}

/** What a model's probes showed, by their routes. */
export function findingsOf(how: TestModel, nowS: number): Finding[] {
  if (how.isSkipped || how.isNew) return [];
  const at = nowS - (how.ageS ?? 0);
  const found = (route: EvidenceRoute, more: Partial<Finding>): Finding => ({
    ...{ route, outcome: 'success', kind: null, scope: 'route', message: null, by: 'run' },
    ...{ began_at: at, at, first_token_s: how.firstTokenS ?? null },
    ...{ is_wrong_answer: null, retry_after_s: null },
    ...more,
  });
  const { isAlive = true, kind = 'upstream', error: message = 'HTTP 500: broken' } = how;
  const failure = { outcome: 'failure', kind, scope: 'model', message } as const;
  const refusal = { outcome: 'refused', kind: 'not_found', message: 'no such endpoint' } as const;
  const routes = how.routes ?? ['chat'];
  return [
    ...routes.map((route) => found(route, isAlive ? {} : failure)),
    // A model that has failed for long was asked again meanwhile.
    ...(isAlive || at === nowS ? [] : routes.map((route) => found(route, asked(nowS, failure)))),
    ...(how.refusedOn ?? []).map((route) => found(route, refusal)),
  ];
}

function asked(at: number, failure: Partial<Finding>): Partial<Finding> {
  return { ...failure, began_at: at, at };
}

/** A probe's result as the worker stores it. */
export function probeOf(model: string, how: TestModel, nowS: number): ProbeResult {
  const isAlive = how.isAlive ?? !how.isSkipped;
  return {
    protocol: 'openai',
    model,
    stream: false,
    duration: 0.4,
    success: isAlive,
    transport_success: isAlive,
    tool_calls_count: 0,
    tool_calls: [],
    content: isAlive ? `I am ${model}.` : '',
    timestamp: nowS - (how.ageS ?? 0),
    error: isAlive ? null : (how.error ?? 'HTTP 500: broken'),
    error_kind: isAlive ? null : how.isSkipped ? 'skipped' : (how.kind ?? 'upstream'),
    status_code: isAlive ? 200 : 500,
    route: 'chat',
    endpoint: '/v1/chat/completions',
    first_token_s: how.firstTokenS ?? null,
    ...{ input_tokens: null, output_tokens: null, output_tokens_per_s: null },
    ...{ requests: 1, proved_by: 'probe', question: null, is_wrong_answer: false },
  };
}
