import { type AuditEntry, auditEntryShape, fieldKindsOf } from '@api-monitor/core';
import { sql } from 'kysely';
import { createCodec } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { deleteRows, type Retention } from '../engine/delete-batches.ts';
import { type Filter, type TimeRange, withoutUndefined } from '../engine/filter.ts';

const { columns, toRow, fromRow } = createCodec<AuditEntry>(fieldKindsOf(auditEntryShape));

/** Which entries to look at. */
export interface AuditFilter
  extends Filter<Pick<AuditEntry, 'actor' | 'session_id' | 'address' | 'action' | 'subject_id'>>,
    TimeRange {}

export interface ListAuditInput extends AuditFilter {
  /** Only those written before this one: the next page. */
  before_id?: number | undefined;
  limit: number;
}

/** Writes an entry; belongs in the transaction of the change that it records, if there is one. */
export async function recordAudit(db: Database, entry: Omit<AuditEntry, 'id'>): Promise<void> {
  await db.kysely.insertInto('audit_log').values(toRow(entry)).execute();
}

/** Entries, newest first. */
export async function listAudit(
  db: Database,
  { before_id, limit, from, to, ...equal }: ListAuditInput,
): Promise<AuditEntry[]> {
  let query = db.kysely.selectFrom('audit_log').select(columns);
  query = query.where((where) => where.and(withoutUndefined(equal)));
  if (from !== undefined) query = query.where('timestamp', '>=', from);
  if (to !== undefined) query = query.where('timestamp', '<', to);
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(fromRow);
}

/** Deletes old entries. Returns how many. */
export async function pruneAudit(db: Database, { before, ...batches }: Retention): Promise<number> {
  const isOld = sql`timestamp < ${before} order by timestamp`;
  return (await deleteRows(db, 'audit_log', isOld, batches)).deleted;
}
