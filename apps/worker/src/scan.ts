import { isDue } from '@api-monitor/core';
import { endInterruptedRuns, getTarget, listDueTargets } from '@api-monitor/db';
import { heartbeatLimitS, runTarget } from './run/run-target.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** Queues a run of every target that is due, oldest first. */
export async function scan({ db, bus, nowS }: WorkerDeps): Promise<void> {
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

/** Ends the runs whose worker died, and runs their targets again. */
export async function recoverInterrupted(deps: WorkerDeps): Promise<void> {
  const nowS = deps.nowS();
  const ended = await endInterruptedRuns(deps.db, {
    heartbeat_before: nowS - heartbeatLimitS,
    nowS,
  });
  for (const { target_id, id } of ended) {
    deps.logger.warn({ target_id, run_id: id }, 'run of a dead worker ended as interrupted');
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
    await deps.bus.manualRuns.add(String(target_id), { target_id });
  }
}
