import { AppError } from '@api-monitor/core';
import {
  createTarget,
  type Database,
  inTransaction,
  lockTargetList,
  updateTarget,
} from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import type { Actor } from '../auth/caller.ts';
import type { OwnPlaces } from '../targets/own-address.ts';
import { withTargetDefaults } from '../targets/with-target-defaults.ts';
import type { CheckedEntry } from './check-entries.ts';
import { type PlannedChannel, planImport, settlePlan } from './plan-import.ts';

type ImportDeps = Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>;

/** Writes an import, all of it or nothing, tells everyone, and returns what became of each entry. */
export async function applyImport(
  deps: ImportDeps,
  actor: Actor,
  entries: readonly CheckedEntry[],
  own: OwnPlaces,
): Promise<PlannedChannel[]> {
  const drafts = await planImport(deps.db, entries, own);
  const { plan, ids } = await inTransaction(deps.db, async (tx) => {
    await lockTargetList(tx);
    const planned = await settlePlan(tx, drafts, own);
    const written: number[] = [];
    for (const one of planned) written.push(...(await write(deps, tx, actor, one)));
    const changes = [{ field: 'channels', old: null, new: written.length }];
    if (written.length > 0) {
      await recordAction(tx, actor, { action: 'channels.imported', changes }, deps.now());
    }
    return { plan: planned, ids: written };
  });
  for (const target_id of ids) {
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
  }
  return plan;
}

/** The id of what was written; none where nothing was. */
async function write(
  deps: ImportDeps,
  tx: Database,
  actor: Actor,
  planned: PlannedChannel,
): Promise<number[]> {
  const { changes } = planned;
  if (planned.outcome === 'created') {
    const input = await withTargetDefaults({ ...deps, db: tx }, planned.input);
    const { id, name } = await createTarget(tx, input, deps.now());
    const action = { action: 'target.created', subject: { id, name }, changes } as const;
    await recordAction(tx, actor, action, deps.now());
    return [id];
  }
  if (planned.outcome !== 'changed') return [];
  const { id, name } = planned.target;
  const changed = await updateTarget(tx, id, planned.patch, deps.now());
  if (!changed) throw new AppError('conflict', `channel "${name}" was deleted meanwhile`);
  const action = { action: 'target.changed', subject: { id, name }, changes } as const;
  await recordAction(tx, actor, action, deps.now());
  return [id];
}
