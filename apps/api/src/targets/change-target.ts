import { AppError, changesBetween, type Target, type TargetPatch } from '@api-monitor/core';
import { inTransaction, updateTarget } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import type { Actor } from '../auth/caller.ts';

/** Changes a channel, writes down who did, and tells everyone. Throws AppError `not_found`, `conflict`. */
export async function changeTarget(
  { db, bus, now }: Pick<ApiDeps, 'db' | 'bus' | 'now'>,
  actor: Actor,
  current: Target,
  patch: TargetPatch,
): Promise<Target> {
  const { id } = current;
  const target = await inTransaction(db, async (tx) => {
    const changed = await updateTarget(tx, id, patch, now());
    if (!changed) throw new AppError('not_found', `there is no channel ${id}`);
    const changes = changesBetween({ ...current }, { ...patch }, ['api_key']);
    const subject = { id, name: changed.name };
    await recordAction(tx, actor, { action: 'target.changed', subject, changes }, now());
    return changed;
  });
  await bus.events.publish({ type: 'target_updated', data: { target_id: id } });
  return target;
}
