import { AppError, type ProbeResult, type Run, type Target } from '@api-monitor/core';
import { type FinishRunOutcome, finishRun, heartbeatRun, startRun } from '@api-monitor/db';
import { logFileName, openProbeLog, type ProbeLog } from '../log/probe-log.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import type { ActiveRun } from './active-runs.ts';
import { channelOf } from './channel-of.ts';
import { type Findings, noFindings, probeTarget } from './probe-target.ts';
import { withRetries } from './with-retries.ts';

/** A worker whose heartbeat is older than this is taken for dead. */
export const heartbeatLimitS = 40;
const heartbeatPeriodMs = 10_000;

export interface RunRequest {
  targetId: number;
  trigger: 'schedule' | 'manual';
}

/**
 * Runs one target from its claim to its last event. Returns quietly where another run holds the
 * target or the target is gone. `cut` ends it at once; what was measured is kept.
 */
export async function runTarget(
  deps: WorkerDeps,
  { targetId, trigger }: RunRequest,
  cut: AbortSignal,
): Promise<void> {
  const startedAt = deps.nowS();
  const log_file = logFileName(targetId, startedAt);
  const claim = await startRun(deps.db, {
    target_id: targetId,
    trigger,
    nowS: startedAt,
    log_file,
  });
  if (claim.outcome !== 'started') return;
  const { run, target } = claim;
  const activeRun = deps.activeRuns.begin(target);
  const heartbeat = setInterval(beat, heartbeatPeriodMs, deps, run, activeRun);
  try {
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id: targetId } });
    const findings = await findOut(deps, run, target, AbortSignal.any([cut, activeRun.signal]));
    await record(deps, run, target, findings);
  } finally {
    clearInterval(heartbeat);
    activeRun.end();
  }
}

async function beat(deps: WorkerDeps, run: Run, activeRun: ActiveRun): Promise<void> {
  try {
    const isMine = await heartbeatRun(deps.db, { run_id: run.id, nowS: deps.nowS() });
    if (!isMine) activeRun.stop('interrupted');
  } catch (err) {
    deps.logger.warn({ err, run_id: run.id }, 'heartbeat not written');
  }
}

async function findOut(
  deps: WorkerDeps,
  run: Run,
  target: Target,
  cut: AbortSignal,
): Promise<Findings> {
  const log = await openLog(deps, run, target);
  const publishProgress = (total: number, done: number, probe: ProbeResult | null) =>
    deps.bus.events.publish({
      type: 'run_progress',
      data: { target_id: target.id, run_id: run.id, total, done, probe: probe && pointOf(probe) },
    });
  try {
    return await probeTarget(deps, {
      target,
      channel: channelOf(deps.db, target),
      cut,
      onListed: (total) => publishProgress(total, 0, null),
      onProbe: async (probe, total, done) => {
        log.write(probe);
        deps.metrics.probeEnded(probe);
        await publishProgress(total, done, probe);
      },
    });
  } catch (error) {
    return noFindings(sentenceOf(deps, error, target));
  } finally {
    await log.close();
  }
}

function openLog(deps: WorkerDeps, run: Run, target: Target): Promise<ProbeLog> {
  const file = run.log_file ?? logFileName(target.id, run.started_at);
  const head = { target_id: target.id, run_id: run.id, target_name: target.name };
  return openProbeLog({ dir: deps.logDir, file }, head, deps.logger);
}

function pointOf(probe: ProbeResult) {
  const { protocol, route, model, success, duration, timestamp } = probe;
  const { error, error_kind, status_code, first_token_s } = probe;
  const place = { protocol, route, model };
  return { ...place, success, duration, timestamp, error, error_kind, status_code, first_token_s };
}

function sentenceOf(deps: WorkerDeps, error: unknown, target: Target): string {
  if (error instanceof AppError) return error.message;
  deps.logger.error({ err: error, target_id: target.id }, 'run failed');
  return 'the monitor met an unexpected error; its log says more';
}

async function record(
  deps: WorkerDeps,
  run: Run,
  target: Target,
  findings: Findings,
): Promise<void> {
  const ended = await withRetries(
    () => finishRun(deps.db, inputOf(deps, run, findings)),
    (err) => deps.logger.error({ err, run_id: run.id }, 'run not written; trying again'),
  );
  if (ended.outcome === 'target_gone') {
    deps.upstream.forget(target.id);
    return;
  }
  const isInterrupted = findings.status === 'interrupted';
  const status = ended.target.last_status ?? 'error';
  const durationS = deps.nowS() - run.started_at;
  deps.metrics.runEnded(isInterrupted ? 'interrupted' : status, durationS);
  deps.logger.info(
    { target_id: target.id, run_id: run.id, status, durationS, error: ended.run.error },
    'run ended',
  );
  await announce(deps, ended, status);
}

function inputOf(deps: WorkerDeps, run: Run, findings: Findings) {
  const { status, error, probes, remembered, listedModels } = findings;
  return {
    run_id: run.id,
    target_id: run.target_id,
    status,
    error,
    probes,
    remembered,
    listed_models: listedModels,
    log_file: run.log_file,
    nowS: deps.nowS(),
  };
}

async function announce(
  deps: WorkerDeps,
  { run, target }: Extract<FinishRunOutcome, { outcome: 'finished' }>,
  status: NonNullable<Target['last_status']>,
): Promise<void> {
  const { id: target_id, name: target_name } = target;
  const { id: run_id, total, success, fail } = run;
  await deps.bus.events.publish({
    type: 'run_completed',
    data: { target_id, target_name, status, total, success, fail, run_id },
  });
}
