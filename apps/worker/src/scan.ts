import { isDue, isTurn } from '@api-monitor/core';
import { endInterruptedRuns, getTarget, listDueTargets, listRunningRuns } from '@api-monitor/db';
import { runTarget } from './run/run-target.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** The run of a dead worker is found after eight of these. */
export const lookPeriodMs = 5_000;

/** Queues a run of every due target whose turn it is, oldest first. */
export async function scan({ db, bus, nowS, stopping }: WorkerDeps): Promise<void> {
  if (stopping.aborted) return;
  const now = nowS();
  for (const target of await listDueTargets(db, now)) {
    const { id } = target;
    if (isTurn(target, now)) await bus.scheduledRuns.add(String(id), { target_id: id });
  }
}

/** Runs a target that the scan queued, unless it was run or disabled meanwhile. */
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
 * Ends the runs whose worker died, and queues their targets again: scheduled ones if they are still enabled,
 * and those that were started by hand always. Every worker calls this every `lookPeriodMs`.
 */
export async function recoverInterrupted(deps: WorkerDeps): Promise<void> {
  const { db, bus, logger, activeRuns, heartbeats, stopping } = deps;
  const own = activeRuns.runIds();
  const running = await listRunningRuns(db);
  const dead = heartbeats.look(running.filter(({ id }) => !own.includes(id)));
  // Runs that couldn't be queued again now are ended later.
  if (dead.length === 0 || stopping.aborted || (await bus.fault())) return;
  const ended = await endInterruptedRuns(db, { runs: dead, nowS: deps.nowS() });
  for (const { target_id, id, trigger } of ended) {
    logger.warn({ target_id, run_id: id }, 'run of a dead worker ended as interrupted');
    await bus.events.publish({ type: 'target_updated', data: { target_id } });
    if (trigger === 'manual') await bus.manualRuns.add(String(target_id), { target_id });
  }
  if (ended.length > 0) await scan(deps);
}
