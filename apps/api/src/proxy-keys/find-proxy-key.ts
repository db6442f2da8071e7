import { AppError, type ProxyKey } from '@api-monitor/core';
import { type Database, getProxyKey, listTargetsByIds } from '@api-monitor/db';

/** Throws AppError `not_found` where there is no such key. */
export async function findProxyKey(db: Database, id: number): Promise<ProxyKey> {
  const key = await getProxyKey(db, id);
  if (!key) throw new AppError('not_found', `there is no proxy key ${id}`);
  return key;
}

/** What a change of a key that was revoked, before or meanwhile, is refused with. */
export function revokedError(key: ProxyKey): AppError {
  return new AppError('conflict', `proxy key "${key.name}" is revoked: make another`);
}

/**
 * Each id once. Throws AppError `invalid_input` for a channel that doesn't exist; those of `known` may
 * have been deleted since.
 */
export async function checkedTargetIds(
  db: Database,
  ids: readonly number[],
  known: readonly number[] = [],
): Promise<number[]> {
  const unique = [...new Set(ids)];
  const added = unique.filter((id) => !known.includes(id));
  const found = new Set((await listTargetsByIds(db, added)).map((target) => target.id));
  const missing = added.find((id) => !found.has(id));
  if (missing !== undefined) {
    throw new AppError('invalid_input', `allowed_target_ids: there is no channel ${missing}`);
  }
  return unique;
}
