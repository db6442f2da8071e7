import { type ProbeResult, pick, probedFields, type Run, type Target } from '@api-monitor/core';
import {
  finishRun,
  getProbeMemory,
  getTarget,
  heartbeatRun,
  skipRun,
  startRun,
} from '@api-monitor/db';
import { type Budget, openBudget } from '../asking/budget.ts';
import { createKeyRing } from '../asking/key-ring.ts';
import { priceProbes } from '../prices/price-probes.ts';
import { logFileName, openProbeLog } from '../probe-logs.ts';
import { publishFault } from '../publish-fault.ts';
import { roundToMs } from '../round-to-ms.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import type { ActiveRun } from './active-runs.ts';
import { foundNothing, probeTarget, type RunFound, whyFailed } from './probe-target.ts';
import { withRetries } from './with-retries.ts';

/** Twice the time between two looks of the other workers. */
const heartbeatPeriodMs = 10_000;

export interface RunRequest {
  targetId: number;
  trigger: 'schedule' | 'manual';
  /** Asks every model; a run that a person started always does. */
  asksAll?: boolean;
}

interface LoggedFindings extends RunFound {
  /** Null if no line was written. */
  log_file: string | null;
}

/**
 * Runs one target: claims it, probes it, records and publishes the results. Returns without a run if the
 * target is already running, is gone, or the worker stops. `cut` ends it at once, and what was measured is
 * kept. A channel whose address or key changed meanwhile is run again at once.
 */
export async function runTarget(
  deps: WorkerDeps,
  request: RunRequest,
  cut: AbortSignal,
): Promise<void> {
  let asksAll = request.asksAll ?? request.trigger === 'manual';
  let hasMoved = true;
  while (hasMoved && !deps.stopping.aborted && !cut.aborted) {
    hasMoved = await runOnce(deps, { ...request, asksAll }, cut);
    asksAll = true;
  }
}

/** Resolves to whether the channel moved during the run. */
async function runOnce(
  deps: WorkerDeps,
  request: Required<RunRequest>,
  cut: AbortSignal,
): Promise<boolean> {
  const budget = await budgetOf(deps, request);
  if (!budget) return false;
  try {
    return await runWithin(deps, request, budget, cut);
  } finally {
    await budget.end();
  }
}

/** Null if the target is gone, or if nothing is left of the day's budget for a scheduled run. */
async function budgetOf(
  deps: WorkerDeps,
  { targetId, trigger }: Required<RunRequest>,
): Promise<Budget | null> {
  const target = await getTarget(deps.db, targetId);
  if (!target) return null;
  const budget = await openBudget(deps, target);
  if (trigger === 'manual' || !budget.isUsedUp()) return budget;
  await budget.end();
  if (!(await skipRun(deps.db, { target_id: targetId, note: { code: 'not_run' } }))) return null;
  deps.logger.info({ target_id: targetId }, 'not run: the budget of the day is used up');
  await deps.bus.events.publish({ type: 'target_updated', data: { target_id: targetId } });
  return null;
}

async function runWithin(
  deps: WorkerDeps,
  { targetId: target_id, trigger, asksAll }: Required<RunRequest>,
  budget: Budget,
  cut: AbortSignal,
): Promise<boolean> {
  const nowS = deps.nowS();
  const log_file = logFileName(target_id, nowS);
  const claim = await startRun(deps.db, { target_id, trigger, nowS, log_file });
  if (claim.outcome !== 'started') return false;
  const { run, target } = claim;
  const activeRun = deps.activeRuns.begin(run, target);
  const heartbeat = setInterval(sendHeartbeat, heartbeatPeriodMs, deps, run, activeRun);
  try {
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
    const signal = AbortSignal.any([cut, activeRun.signal]);
    const findings = await probeAndLog(deps, run, { target, asksAll, budget, cut: signal });
    const probes = await priceProbes(deps, target, findings.probes);
    await record(deps, run, { ...findings, probes }, cut);
    return findings.cut === 'target_moved';
  } finally {
    clearInterval(heartbeat);
    activeRun.end();
  }
}

async function sendHeartbeat(deps: WorkerDeps, run: Run, activeRun: ActiveRun): Promise<void> {
  try {
    const isMine = await heartbeatRun(deps.db, { run_id: run.id, nowS: deps.nowS() });
    if (!isMine) activeRun.stop('interrupted');
  } catch (err) {
    deps.logger.warn({ err, run_id: run.id }, 'heartbeat not written');
  }
}

interface Probing {
  target: Target;
  asksAll: boolean;
  budget: Budget;
  cut: AbortSignal;
}

/** Never throws, so that a claimed run always ends. */
async function probeAndLog(
  deps: WorkerDeps,
  run: Run,
  { target, ...how }: Probing,
): Promise<LoggedFindings> {
  const { id: target_id, name: target_name } = target;
  const ids = { target_id, run_id: run.id };
  const file = run.log_file ?? logFileName(target_id, run.started_at);
  const log = openProbeLog({ dir: deps.logDir, file }, { ...ids, target_name }, deps.logger);
  const publishProgress = (total: number, done: number, probe: ProbeResult | null) => {
    const data = { ...ids, total, done, probe: probe && pick(probe, probedFields) };
    return deps.bus.events.publish({ type: 'run_progress', data });
  };
  const probing = async () =>
    probeTarget(deps, {
      ...{ target, ...how },
      keys: createKeyRing({ db: deps.db, target, asksAll: how.asksAll, nowS: deps.nowS }),
      onListed: (total) => publishProgress(total, 0, null),
      onProbe: async (probe, total, done) => {
        log.write(probe);
        deps.metrics.probeEnded(probe);
        await publishProgress(total, done, probe);
      },
    });
  const findings = await probing().catch((error) => foundNothing(whyFailed(deps, error, target)));
  return { ...findings, log_file: (await log.close()) ? file : null };
}

async function record(
  deps: WorkerDeps,
  { id: run_id, target_id, started_at }: Run,
  findings: LoggedFindings,
  cut: AbortSignal,
): Promise<void> {
  const { db, bus, logger, metrics, nowS } = deps;
  const { before, finished } = await withRetries(
    async () => ({
      before: (await getProbeMemory(db, target_id)).fault,
      finished: await finishRun(db, { run_id, target_id, ...findings, nowS: nowS() }),
    }),
    (err) => logger.error({ err, run_id }, 'run not written; trying again'),
    cut,
  );
  if (finished.outcome === 'target_gone') {
    deps.upstream.forget(target_id);
    return;
  }
  const { total, success, fail, error } = finished.run;
  const { name: target_name, last_status } = finished.target;
  const status = last_status ?? 'error';
  const durationS = roundToMs(nowS() - started_at);
  metrics.runEnded(findings.status === 'interrupted' ? 'interrupted' : status, durationS);
  logger.info({ target_id, run_id, status, durationS, error }, 'run ended');
  await publishFault(deps, {
    ...{ target_id, before, after: finished.target.fault },
    findings: findings.findings.map(({ finding }) => finding),
  });
  const data = { target_id, target_name, status, total, success, fail, run_id };
  await bus.events.publish({ type: 'run_completed', data });
}
