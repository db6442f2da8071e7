import { randomUUID } from 'node:crypto';
import { createSortOrders, inTransaction, lockTargetList, updateTarget } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import {
  type Changer,
  publishWritten,
  type WrittenTarget,
  writeChange,
  writeNew,
} from '../targets/change-targets.ts';
import type { CheckedEntry } from './check-entries.ts';
import { mapInSlices } from './map-in-slices.ts';
import { type PlannedChannel, planImport, settlePlan } from './plan-import.ts';

/** Stores an import, all or nothing, publishes the changes, and returns the outcome of each entry. */
export async function applyImport(
  deps: Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>,
  by: Changer,
  entries: readonly CheckedEntry[],
): Promise<PlannedChannel[]> {
  const draft = await planImport(deps.db, entries, by);
  const { plan, changed } = await inTransaction(deps.db, async (db) => {
    await lockTargetList(db);
    const planned = await settlePlan(db, draft, by);
    const orders = createSortOrders(db);
    const write = async (one: PlannedChannel): Promise<WrittenTarget | null> => {
      if (one.outcome === 'created') {
        const sort_order = one.input.sort_order ?? (await orders.next());
        const target = await writeNew({ ...deps, db }, by, { ...one.input, sort_order });
        return { target, hasMoved: false };
      }
      return one.outcome === 'changed'
        ? writeChange({ ...deps, db }, by, one.target, one.patch)
        : null;
    };
    await freeNames({ ...deps, db }, planned);
    const written = await mapInSlices(planned, async (one) => {
      const done = await write(one);
      if (done) orders.note(done.target.sort_order);
      return done ? [done] : [];
    });
    const changed = written.flat();
    if (changed.length > 0) {
      const changes = [{ field: 'channels', old: null, new: changed.length }];
      await by.audit(db, 'channels.imported', null, changes);
    }
    return { plan: planned, changed };
  });
  await publishWritten(deps, changed);
  return plan;
}

/** Channels that exchange their names give them up first, because two can't have the same one. */
async function freeNames(
  { db, now }: Pick<ApiDeps, 'db' | 'now'>,
  planned: readonly PlannedChannel[],
): Promise<void> {
  const renamed = planned.flatMap((one) =>
    one.outcome === 'changed' && one.patch.name !== undefined ? [one.target] : [],
  );
  const wanted = new Set(planned.map(({ name }) => name));
  for (const { id, name } of renamed) {
    if (wanted.has(name)) await updateTarget(db, id, { name: randomUUID() }, now());
  }
}
