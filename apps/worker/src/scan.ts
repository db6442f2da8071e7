import { isDue } from '@api-monitor/core';
import { endInterruptedRuns, getTarget, heartbeatRun, listDueTargets } from '@api-monitor/db';
import { heartbeatLimitS, runTarget } from './run/run-target.ts';
import { tell } from './run/tell.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Queues a run of every target that is due, oldest first. */
export async function scan({ db, bus, nowS, stopping }: WorkerDeps): Promise<void> {
  if (stopping.aborted) return;
  for (const { id } of await listDueTargets(db, nowS())) {
    await bus.scheduledRuns.add(String(id), { target_id: id });
  }
}

/** Runs a target that the scan queued, unless it was run or disabled while it waited. */
export async function runIfDue(
  deps: WorkerDeps,
  targetId: number,
  cut: AbortSignal,
): Promise<void> {
  const target = await getTarget(deps.db, targetId);
  if (!target || !isDue(target, deps.nowS())) return;
  await runTarget(deps, { targetId, trigger: 'schedule' }, cut);
}

/**
 * Ends the runs whose worker died, and has their targets run again: those of the schedule are due as
 * before, unless they were disabled meanwhile; those asked for by hand are asked for again.
 */
export async function recoverInterrupted(deps: WorkerDeps): Promise<void> {
  if (deps.stopping.aborted) return;
  const nowS = deps.nowS();
  // After a sleep of the host or a leap of the clock, this worker's own runs would look dead.
  for (const run_id of deps.activeRuns.runIds()) await heartbeatRun(deps.db, { run_id, nowS });
  const ended = await endInterruptedRuns(deps.db, {
    heartbeat_before: nowS - heartbeatLimitS,
    nowS,
  });
  for (const { target_id, id, trigger } of ended) {
    deps.logger.warn({ target_id, run_id: id }, 'run of a dead worker ended as interrupted');
    await tell(deps, { type: 'target_updated', data: { target_id } });
    if (trigger === 'manual') await deps.bus.manualRuns.add(String(target_id), { target_id });
  }
  if (ended.length > 0) await scan(deps);
}
