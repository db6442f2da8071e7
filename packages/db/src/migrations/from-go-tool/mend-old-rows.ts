import type { Kysely } from 'kysely';
import type { Schema } from '../../schema.ts';
import { mendKeyRows } from './mend-key-rows.ts';
import { mendRunModels } from './mend-run-models.ts';
import { mendRuns } from './mend-runs.ts';
import { mendSettings } from './mend-settings.ts';
import { mendTargets } from './mend-targets.ts';

/**
 * Gives rows of the older tool the form that this room's queries trust: each column in its type and
 * bounds. No row is lost and none stops the start.
 */
export async function mendOldRows(db: Kysely<Schema>, nowS: number): Promise<void> {
  await mendTargets(db, nowS);
  await mendRuns(db, nowS);
  await mendRunModels(db);
  await mendSettings(db, nowS);
  await mendKeyRows(db, nowS);
}
