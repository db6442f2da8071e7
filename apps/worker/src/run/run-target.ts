import { historyPointOf, type ProbeResult, type Run, type Target } from '@api-monitor/core';
import { type FinishRunOutcome, finishRun, heartbeatRun, startRun } from '@api-monitor/db';
import { logFileName, openProbeLog, type ProbeLog } from '../probe-logs.ts';
import { roundToMs } from '../round-to-ms.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import type { ActiveRun } from './active-runs.ts';
import { channelOf } from './channel-of.ts';
import { type Findings, noFindings, probeTarget, sentenceOf } from './probe-target.ts';
import { withRetries } from './with-retries.ts';

/** At every second look of the others, of whom each takes eight in vain for a death. */
const heartbeatPeriodMs = 10_000;

export interface RunRequest {
  targetId: number;
  trigger: 'schedule' | 'manual';
}

interface LoggedFindings extends Findings {
  /** Null where no line was written. */
  log_file: string | null;
}

/**
 * Runs one target from its claim to its last event. Returns quietly where another run holds the
 * target, the target is gone or the worker stops. `cut` ends it at once; what was measured is kept. A
 * channel whose address or key changed meanwhile is asked again at once, where it stands then.
 */
export async function runTarget(
  deps: WorkerDeps,
  request: RunRequest,
  cut: AbortSignal,
): Promise<void> {
  let end = 'moved';
  while (end === 'moved' && !deps.stopping.aborted && !cut.aborted) {
    end = await runOnce(deps, request, cut);
  }
}

async function runOnce(
  deps: WorkerDeps,
  { targetId, trigger }: RunRequest,
  cut: AbortSignal,
): Promise<'over' | 'moved'> {
  const startedAt = deps.nowS();
  const log_file = logFileName(targetId, startedAt);
  const claim = await startRun(deps.db, {
    target_id: targetId,
    trigger,
    nowS: startedAt,
    log_file,
  });
  if (claim.outcome !== 'started') return 'over';
  const { run, target } = claim;
  const activeRun = deps.activeRuns.begin(run, target);
  const heartbeat = setInterval(beat, heartbeatPeriodMs, deps, run, activeRun);
  try {
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id: targetId } });
    const findings = await findOut(deps, run, target, AbortSignal.any([cut, activeRun.signal]));
    await record(deps, run, { target, findings, cut });
    return findings.cut === 'target_moved' ? 'moved' : 'over';
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

/** Never throws: whatever happens, a run that was claimed comes to its end. */
async function findOut(
  deps: WorkerDeps,
  run: Run,
  target: Target,
  cut: AbortSignal,
): Promise<LoggedFindings> {
  const file = run.log_file ?? logFileName(target.id, run.started_at);
  const head = { target_id: target.id, run_id: run.id, target_name: target.name };
  const log = openProbeLog({ dir: deps.logDir, file }, head, deps.logger);
  const findings = await probeAndLog(deps, { run, target, cut, log });
  return { ...findings, log_file: (await log.close()) ? file : null };
}

async function probeAndLog(
  deps: WorkerDeps,
  { run, target, cut, log }: { run: Run; target: Target; cut: AbortSignal; log: ProbeLog },
): Promise<Findings> {
  const tellProgress = (total: number, done: number, probe: ProbeResult | null) =>
    deps.bus.events.publish({
      type: 'run_progress',
      data: { target_id: target.id, run_id: run.id, total, done, probe: probe && pointOf(probe) },
    });
  try {
    return await probeTarget(deps, {
      target,
      channel: channelOf(deps.db, target),
      cut,
      onListed: (total) => tellProgress(total, 0, null),
      onProbe: async (probe, total, done) => {
        log.write(probe);
        deps.metrics.probeEnded(probe);
        await tellProgress(total, done, probe);
      },
    });
  } catch (error) {
    return noFindings(sentenceOf(deps, error, target));
  }
}

function pointOf(probe: ProbeResult) {
  const { protocol, route, model } = probe;
  return { protocol, route, model, ...historyPointOf(probe) };
}

async function record(
  deps: WorkerDeps,
  run: Run,
  { target, findings, cut }: { target: Target; findings: LoggedFindings; cut: AbortSignal },
): Promise<void> {
  const ended = await withRetries(
    () => finishRun(deps.db, inputOf(deps, run, findings)),
    (err) => deps.logger.error({ err, run_id: run.id }, 'run not written; trying again'),
    cut,
  );
  if (ended.outcome === 'target_gone') {
    deps.upstream.forget(target.id);
    return;
  }
  const isInterrupted = findings.status === 'interrupted';
  const status = ended.target.last_status ?? 'error';
  const durationS = roundToMs(deps.nowS() - run.started_at);
  deps.metrics.runEnded(isInterrupted ? 'interrupted' : status, durationS);
  deps.logger.info(
    { target_id: target.id, run_id: run.id, status, durationS, error: ended.run.error },
    'run ended',
  );
  await announce(deps, ended, status);
}

function inputOf(deps: WorkerDeps, run: Run, findings: LoggedFindings) {
  const { status, error, probes, remembered, listedModels, log_file } = findings;
  return {
    run_id: run.id,
    target_id: run.target_id,
    status,
    error,
    probes,
    remembered,
    listed_models: listedModels,
    log_file,
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
