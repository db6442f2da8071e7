import { isDue } from '@api-monitor/core';
import { endInterruptedRuns, getTarget, listDueTargets, listRunningRuns } from '@api-monitor/db';
import { runTarget } from './run/run-target.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** A dead worker's run is found after eight of these. */
export const lookPeriodMs = 5_000;

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
 * before, unless they were disabled meanwhile; those asked for by hand are asked for again. Every
 * worker looks for itself, at every `lookPeriodMs`.
 */
export async function recoverInterrupted(deps: WorkerDeps): Promise<void> {
  const own = deps.activeRuns.runIds();
  const running = await listRunningRuns(deps.db);
  const dead = deps.heartbeats.look(running.filter(({ id }) => !own.includes(id)));
  // What nobody could be asked to run again waits for the queue.
  if (dead.length === 0 || deps.stopping.aborted || (await deps.bus.fault())) return;
  const ended = await endInterruptedRuns(deps.db, { runs: dead, nowS: deps.nowS() });
  for (const { target_id, id, trigger } of ended) {
    deps.logger.warn({ target_id, run_id: id }, 'run of a dead worker ended as interrupted');
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
    if (trigger === 'manual') await deps.bus.manualRuns.add(String(target_id), { target_id });
  }
  if (ended.length > 0) await scan(deps);
}
