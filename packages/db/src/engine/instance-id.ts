import { randomBytes } from 'node:crypto';
import { ensureSetting, getSetting } from '../admin/settings.ts';
import type { Database } from './database.ts';

const key = 'instance_id';

/**
 * The id that this installation is known by, 16 hexadecimal digits: every process and thread on this
 * database gets the same. It is no secret.
 */
export async function readInstanceId(db: Database, nowS: number): Promise<string> {
  const known = await getSetting(db, key);
  return known ?? ensureSetting(db, key, randomBytes(8).toString('hex'), nowS);
}
