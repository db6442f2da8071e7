import { isRecheckDue } from '@api-monitor/core';
import { listDeadInTraffic } from '@api-monitor/db';
import type { WorkerDeps } from '../worker-deps.ts';

/**
 * Queues a probe of each model that live traffic found dead and that may be back: until one passes,
 * the gateway sends nothing there, so nothing else would find out before the schedule does.
 */
export async function recheckModels({
  db,
  bus,
  nowS,
}: Pick<WorkerDeps, 'db' | 'bus' | 'nowS'>): Promise<void> {
  for (const state of await listDeadInTraffic(db)) {
    if (!isRecheckDue(state, nowS())) continue;
    const { target_id, model } = state;
    await bus.modelProbes.add(`${target_id}/${model}`, { target_id, model });
  }
}
