import type { Kysely } from 'kysely';
import type { AnySchema } from '../any-schema.ts';
import { mendKeyRows } from './mend-proxy-keys.ts';
import { mendRunModels } from './mend-run-models.ts';
import { mendRuns } from './mend-runs.ts';
import { mendTargets } from './mend-targets.ts';
import { readText, readTime } from './read-old-value.ts';

/**
 * Brings rows of the older tool into the form that this room's queries trust: each column in its type and
 * bounds. No row is lost, and none prevents the start.
 */
export async function mendOldRows(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  await mendTargets(db, nowS);
  await mendRuns(db, nowS);
  await mendRunModels(db);
  await mendSettings(db, nowS);
  await mendKeyRows(db, nowS);
}

/** Deletes settings without a value. Whether a value is valid is decided when it is read. */
async function mendSettings(db: Kysely<AnySchema>, nowS: number): Promise<void> {
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
