import { AppError } from '@api-monitor/core';
import {
  createSortOrders,
  createTarget,
  inTransaction,
  lockTargetList,
  type SortOrders,
  updateTarget,
} from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import type { Actor } from '../auth/caller.ts';
import type { OwnPlaces } from '../targets/own-address.ts';
import { withTargetDefaults } from '../targets/with-target-defaults.ts';
import type { CheckedEntry } from './check-entries.ts';
import { mapInSlices } from './map-in-slices.ts';
import { type PlannedChannel, planImport, settlePlan } from './plan-import.ts';

type ImportDeps = Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>;

/** Writes an import, all or nothing, publishes the changes, and returns the outcome of each entry. */
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
    const writing = { ...deps, db: tx, actor, orders: createSortOrders(tx) };
    const written = (await mapInSlices(planned, (one) => write(writing, one))).flat();
    const changes = [{ field: 'channels', old: null, new: written.length }];
    if (written.length > 0) {
      await recordAction(tx, actor, { action: 'channels.imported', changes }, deps.now());
    }
    return { plan: planned, ids: written };
  });
  await mapInSlices(ids, (target_id) =>
    deps.bus.events.publish({ type: 'target_updated', data: { target_id } }),
  );
  return plan;
}

/** What the channels of one import are written with; `db` is its transaction. */
interface Writing extends ImportDeps {
  actor: Actor;
  orders: SortOrders;
}

/** The id of what was written; none if nothing was. */
async function write(writing: Writing, planned: PlannedChannel): Promise<number[]> {
  if (planned.outcome === 'created') return [await create(writing, planned)];
  return planned.outcome === 'changed' ? [await change(writing, planned)] : [];
}

async function create(
  writing: Writing,
  { input, changes }: Extract<PlannedChannel, { outcome: 'created' }>,
): Promise<number> {
  const { db, actor, now, orders } = writing;
  const defaults = await withTargetDefaults(writing, input);
  const sort_order = defaults.sort_order ?? (await orders.next());
  const { id, name } = await createTarget(db, { ...defaults, sort_order }, now());
  orders.note(sort_order);
  await recordAction(
    db,
    actor,
    { action: 'target.created', subject: { id, name }, changes },
    now(),
  );
  return id;
}

async function change(
  { db, actor, now, orders }: Writing,
  { target, patch, changes }: Extract<PlannedChannel, { outcome: 'changed' }>,
): Promise<number> {
  const { id, name } = target;
  const changed = await updateTarget(db, id, patch, now());
  if (!changed) throw new AppError('conflict', `channel "${name}" was deleted meanwhile`);
  orders.note(changed.sort_order);
  await recordAction(
    db,
    actor,
    { action: 'target.changed', subject: { id, name }, changes },
    now(),
  );
  return id;
}
