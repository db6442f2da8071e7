import type { Kysely } from 'kysely';
import type { AnySchema } from '../steps/any-schema.ts';
import { readText, readTime } from './read-old-value.ts';
import { repairKeyRows } from './repair-proxy-keys.ts';
import { repairRunModels } from './repair-run-models.ts';
import { repairRuns } from './repair-runs.ts';
import { repairTargets } from './repair-targets.ts';

/**
 * Brings rows of the older tool into the form that this room's queries trust: each column in its type and
 * bounds. No row is lost, and none prevents the start.
 */
export async function repairOldRows(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  await repairTargets(db, nowS);
  await repairRuns(db, nowS);
  await repairRunModels(db);
  await repairSettings(db, nowS);
  await repairKeyRows(db, nowS);
}

/** Deletes settings without a value. Whether a value is valid is decided when it is read. */
async function repairSettings(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  const rows = await db.selectFrom('app_settings').select(['key', 'value', 'updated_at']).execute();
  for (const { key, value, updated_at } of rows) {
    const text = readText(value);
    if (text === null) {
      await db.deleteFrom('app_settings').where('key', '=', key).execute();
      continue;
    }
    await db
      .updateTable('app_settings')
      .set({ value: text, updated_at: readTime(updated_at) ?? nowS })
      .where('key', '=', key)
      .execute();
  }
}
