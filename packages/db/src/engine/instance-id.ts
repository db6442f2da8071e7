import { randomBytes } from 'node:crypto';
import { ensureSetting, getSetting } from '../admin/settings.ts';
import type { Database } from './database.ts';

const key = 'instance_id';

/**
 * The id of this installation, 16 hexadecimal digits: every process and thread on this database gets the
 * same one. It isn't a secret.
 */
export async function readInstanceId(db: Database, nowS: number): Promise<string> {
  const known = await getSetting(db, key);
  return known ?? ensureSetting(db, key, randomBytes(8).toString('hex'), nowS);
}
