import { createSortOrders, inTransaction, lockTargetList } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { type Changer, publishUpdates, writeChange, writeNew } from '../targets/change-targets.ts';
import type { CheckedEntry } from './check-entries.ts';
import { mapInSlices } from './map-in-slices.ts';
import { type PlannedChannel, planImport, settlePlan } from './plan-import.ts';

/** Stores an import, all or nothing, publishes the changes, and returns the outcome of each entry. */
export async function applyImport(
  deps: Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>,
  by: Changer,
  entries: readonly CheckedEntry[],
): Promise<PlannedChannel[]> {
  const drafts = await planImport(deps.db, entries, by.own);
  const { plan, ids } = await inTransaction(deps.db, async (db) => {
    await lockTargetList(db);
    const planned = await settlePlan(db, drafts, by.own);
    const orders = createSortOrders(db);
    const write = async (one: PlannedChannel) => {
      if (one.outcome === 'created') {
        const sort_order = one.input.sort_order ?? (await orders.next());
        return writeNew({ ...deps, db }, by, { ...one.input, sort_order });
      }
      return one.outcome === 'changed'
        ? writeChange({ ...deps, db }, by, one.target, one.patch)
        : null;
    };
    const written = await mapInSlices(planned, async (one) => {
      const target = await write(one);
      if (target) orders.note(target.sort_order);
      return target ? [target.id] : [];
    });
    const changed = written.flat();
    if (changed.length > 0) {
      const changes = [{ field: 'channels', old: null, new: changed.length }];
      await by.audit(db, 'channels.imported', null, changes);
    }
    return { plan: planned, ids: changed };
  });
  await publishUpdates(deps, ids);
  return plan;
}
