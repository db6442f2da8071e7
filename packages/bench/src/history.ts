import {
  type Evidence,
  type Finding,
  type HistoryPoint,
  historyLength,
  noEvidence,
  type ProbeResult,
  probeResultShape,
  targetDefaults,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import {
  createTarget,
  type Database,
  finishRun,
  type OpenedDatabase,
  startRun,
} from '@api-monitor/db';
import { sql } from 'kysely';

export interface HistorySize {
  targets: number;
  /** Models of each target. */
  models: number;
  /** Finished runs of each target. */
  runs: number;
}

const firstRunAt = 1_700_000_000;
const secondsBetweenRuns = 1800;

/** Fills an empty database as if that many runs had finished, but faster, by SQL. */
export async function fillHistory(db: OpenedDatabase, size: HistorySize): Promise<void> {
  for (let index = 1; index <= size.targets; index += 1) {
    const channel = targetInput({
      name: `Relay ${index}`,
      base_url: `https://relay-${index}.example`,
      api_key: `sk-bench-${String(index).padStart(40, '0')}`,
    });
    await createTarget(db, channel, firstRunAt);
  }
  await fillRuns(db, size);
  await fillRows(db, size);
  await fillStates(db, size);
  await sql`analyze`.execute(db.kysely);
}

/** Run n of every target started at the same time; ids grow with time, as they really do. */
async function fillRuns(db: OpenedDatabase, { targets, models, runs }: HistorySize): Promise<void> {
  await sql`
    with recursive step(n) as (select 0 union all select n + 1 from step where n + 1 < ${targets * runs})
    insert into runs (target_id, started_at, finished_at, status, total, success, fail, skipped, "trigger", heartbeat_at)
    select n % ${targets} + 1, ${firstRunAt} + n / ${targets} * ${secondsBetweenRuns}, ${firstRunAt} + n / ${targets} * ${secondsBetweenRuns} + 9.5,
      'completed', ${models}, ${models}, 0, 0, 'schedule', null
    from step`.execute(db.kysely);
  await sql`
    update targets set last_run_at = ${firstRunAt + runs * secondsBetweenRuns}, last_status = 'degraded',
      last_total = ${models}, last_success = ${models - 1}, last_fail = 1`.execute(db.kysely);
}

async function fillRows(db: OpenedDatabase, { models }: HistorySize): Promise<void> {
  await sql`
    with recursive model(m) as (select 0 union all select m + 1 from model where m + 1 < ${models})
    insert into run_models (run_id, target_id, protocol, model, stream, duration, success, transport_success,
      tool_calls_count, tool_calls, content, timestamp, error, error_kind, status_code, route, endpoint,
      first_token_s, output_tokens, output_tokens_per_s)
    select id, target_id, 'openai', 'vendor/model-' || m, 1, 1.234, (id + m) % 20 > 0, 1, 0, '[]',
      'I am a large language model, and this is the answer that a probe of usual length gets back.',
      started_at + m / 10.0, case when (id + m) % 20 > 0 then null else 'HTTP 429: rate limit exceeded' end,
      case when (id + m) % 20 > 0 then null else 'rate_limit' end,
      case when (id + m) % 20 > 0 then 200 else 429 end, 'chat', '/v1/chat/completions', 0.456, 32, 41.5
    from runs cross join model order by id, m`.execute(db.kysely);
}

async function fillStates(db: OpenedDatabase, size: HistorySize): Promise<void> {
  for (let targetId = 1; targetId <= size.targets; targetId += 1) {
    const rows = Array.from({ length: size.models }, (_, m) => stateRow(targetId, m, size));
    await db.kysely.insertInto('model_states').values(rows).execute();
  }
}

function stateRow(targetId: number, m: number, { targets, runs }: HistorySize) {
  const history: HistoryPoint[] = [];
  for (let run = Math.max(0, runs - historyLength); run < runs; run += 1) {
    const runId = run * targets + targetId;
    history.push(pointOf(firstRunAt + run * secondsBetweenRuns + m / 10, (runId + m) % 20 > 0));
  }
  const isAlive = history.at(-1)?.success ?? true;
  const evidence: Evidence = {
    ...noEvidence('chat', firstRunAt),
    ...{ state: isAlive ? 'proven' : 'failed', proved_at: firstRunAt, proved_by: 'probe' },
  };
  return {
    ...pointOf(firstRunAt + (runs - 1) * secondsBetweenRuns + m / 10, isAlive),
    success: isAlive ? (1 as const) : (0 as const),
    target_id: targetId,
    model: `vendor/model-${m}`,
    protocol: 'openai' as const,
    route: 'chat' as const,
    output_tokens_per_s: 41.5,
    last_success_at: firstRunAt,
    state_since: firstRunAt,
    wrong_answers: 0,
    run_id: (runs - 1) * targets + targetId,
    in_last_run: 1 as const,
    remembered: '{"route":"chat","stream":true}',
    history: JSON.stringify(history),
    evidence: JSON.stringify([evidence]),
    proved_by: 'probe' as const,
    is_wrong_answer: 0 as const,
  };
}

function pointOf(timestamp: number, success: boolean): HistoryPoint {
  return {
    success,
    duration: 1.234,
    timestamp,
    error: success ? null : 'HTTP 429: rate limit exceeded',
    error_kind: success ? null : 'rate_limit',
    status_code: success ? 200 : 429,
    first_token_s: 0.456,
  };
}

/** Starts and finishes one run of a target; writes a row for each model. */
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
    findings: probes.map(({ model }) => ({ model, finding: provenAt(nowS) })),
    remembered: new Map(),
    listed_models: probes.map((probe) => probe.model),
    ...{ log_file: null, error: null, error_kind: null, list_way: null, probe_concurrency: null },
    nowS,
  });
}

function probeOf(model: string, timestamp: number): ProbeResult {
  return {
    ...sampleOf(probeResultShape),
    ...{ protocol: 'openai', route: 'chat', endpoint: '/v1/chat/completions', model, timestamp },
    ...{ stream: true, duration: 1.234, success: true, transport_success: true, status_code: 200 },
    ...{ first_token_s: 0.456, output_tokens: 32, output_tokens_per_s: 41.5, requests: 1 },
    content: 'I am a large language model, and this is the answer that a probe usually gets back.',
  };
}

function provenAt(at: number): Finding {
  return {
    ...{ route: 'chat', outcome: 'success', kind: null, scope: 'route', message: null },
    ...{ by: 'run', began_at: at, at, first_token_s: 0.456 },
    ...{ is_wrong_answer: false, retry_after_s: null },
  };
}

/** The fields in which the benchmarks' channels differ. */
interface Named {
  name: string;
  base_url: string;
  api_key: string;
}

/** A channel with every field that `createTarget` asks for; run every 30 min unless changed. */
export function targetInput(named: Named) {
  return {
    ...targetDefaults,
    ...named,
  };
}
