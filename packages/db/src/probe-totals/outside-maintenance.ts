import {
  createAliasIndex,
  createChannelNames,
  maintainedWithin,
  modelKey,
  type WatchedTime,
  watchedOutside,
  withGroupNames,
} from '@api-monitor/core';
import { readSettings } from '../admin/settings.ts';
import type { Database } from '../engine/database.ts';
import { listMaintenance } from '../incidents/maintenance.ts';
import { getTarget } from '../targets/targets.ts';

/** Returns what of a stretch counts for the availability of a channel's model: maintenance doesn't. */
export async function outsideMaintenance(
  db: Database,
  target_id: number,
): Promise<(time: WatchedTime, model: string) => WatchedTime[]> {
  const stored = await listMaintenance(db);
  const aliases = createAliasIndex(
    stored.length === 0 ? [] : ((await readSettings(db)).model_aliases ?? []),
  );
  const all = stored.map((one) => withGroupNames(one, aliases));
  const target = all.length === 0 ? null : await getTarget(db, target_id);
  if (!target) return (time) => [time];
  const names = createChannelNames(target.model_aliases);
  return (time, model) => {
    const [from, until] = time;
    const known = [model, ...names.namesOf(modelKey(model))];
    return watchedOutside(time, maintainedWithin(all, target, known, { from, until }));
  };
}
