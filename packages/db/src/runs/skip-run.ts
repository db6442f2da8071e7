import { type RunNote, sentenceOfNotes } from '@api-monitor/core';
import { nextRevision } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { targetCodec } from '../targets/targets.ts';

/**
 * Notes why a run that was due didn't take place; the target stays due. False if that is already noted, or
 * the target is gone.
 */
export async function skipRun(
  db: Database,
  { target_id, note }: { target_id: number; note: RunNote },
): Promise<boolean> {
  const error = sentenceOfNotes([note]);
  const noted = await db.kysely
    .updateTable('targets')
    .set({
      ...targetCodec.toRow({ last_error: error, last_error_kind: null, last_notes: [note] }),
      revision: nextRevision,
    })
    .where('id', '=', target_id)
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('last_error', 'is', null), where('last_error', '!=', error)]))
    .returning('id')
    .executeTakeFirst();
  return noted !== undefined;
}
