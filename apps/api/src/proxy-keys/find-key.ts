import { AppError, type ProxyKey } from '@api-monitor/core';
import { type Database, getProxyKey } from '@api-monitor/db';

/** Throws AppError `not_found` if there is no such key. */
export async function findProxyKey(db: Database, id: number): Promise<ProxyKey> {
  const key = await getProxyKey(db, id);
  if (!key) throw new AppError('not_found', `there is no proxy key ${id}`);
  return key;
}
