import { nextRevision } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

/**
 * Notes why a run that was due didn't take place; the target stays due. False if that is already noted, or
 * the target is gone.
 */
export async function skipRun(
  db: Database,
  { target_id, error }: { target_id: number; error: string },
): Promise<boolean> {
  const noted = await db.kysely
    .updateTable('targets')
    .set({ last_error: error, last_error_kind: null, revision: nextRevision })
    .where('id', '=', target_id)
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('last_error', 'is', null), where('last_error', '!=', error)]))
    .returning('id')
    .executeTakeFirst();
  return noted !== undefined;
}
