import { fieldKindsOf, type StatusNote, statusNoteShape } from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';

const { columns, toRow, fromRow } = createCodec<StatusNote>(fieldKindsOf(statusNoteShape));

export type StatusNoteInput = Omit<StatusNote, 'id' | 'thread_id'>;

/** The operator's notes since a time, newest first. */
export async function listStatusNotes(
  { kysely }: Database,
  { from, limit }: { from: number; limit: number },
): Promise<StatusNote[]> {
  const rows = await kysely
    .selectFrom('status_notes')
    .select(columns)
    .where('at', '>=', from)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Adds a note; `thread_id` null: the first of a thread. */
export async function addStatusNote(
  db: Database,
  input: StatusNoteInput,
  thread_id: number | null,
): Promise<StatusNote> {
  return inTransaction(db, async ({ kysely }) => {
    const row = await kysely
      .insertInto('status_notes')
      .values({ ...toRow(input), thread_id: thread_id ?? 0 })
      .returning(columns)
      .executeTakeFirstOrThrow();
    if (thread_id !== null) return fromRow(row);
    const { id } = row;
    await kysely.updateTable('status_notes').set({ thread_id: id }).where('id', '=', id).execute();
    return fromRow({ ...row, thread_id: id });
  });
}

/** Returns whether there was one. */
export async function deleteStatusNote({ kysely }: Database, id: number): Promise<boolean> {
  const { numDeletedRows } = await kysely
    .deleteFrom('status_notes')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) > 0;
}
