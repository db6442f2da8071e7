import type { AuditAction, AuditActor, AuditChange, AuditEntry } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { type Batches, deleteInBatches } from '../engine/delete-batches.ts';
import { parseColumn } from '../engine/json-column.ts';
import type { AuditLogTableRow } from './administration-tables.ts';

const columns = [
  'id',
  'timestamp',
  'actor',
  'session_id',
  'address',
  'action',
  'subject_id',
  'subject_name',
  'changes',
] as const;

/** Which entries to look at; an absent field narrows nothing. */
export interface AuditFilter {
  actor?: AuditActor | undefined;
  session_id?: number | undefined;
  address?: string | undefined;
  action?: AuditAction | undefined;
  subject_id?: number | undefined;
  /** Unix seconds, inclusive. */
  from?: number | undefined;
  /** Unix seconds, exclusive. */
  to?: number | undefined;
}

export interface ListAuditInput extends AuditFilter {
  /** Only those written before this one: the next page. */
  before_id?: number | undefined;
  limit: number;
}

/** Writes an entry; within the transaction of what it tells of, where there is one. */
export async function recordAudit(db: Database, entry: Omit<AuditEntry, 'id'>): Promise<void> {
  await db.kysely
    .insertInto('audit_log')
    .values({ ...entry, changes: JSON.stringify(entry.changes) })
    .execute();
}

/** Entries, newest first. */
export async function listAudit(
  db: Database,
  { before_id, limit, from, to, ...equal }: ListAuditInput,
): Promise<AuditEntry[]> {
  let query = db.kysely.selectFrom('audit_log').select(columns);
  const { actor, session_id, address, action, subject_id } = equal;
  if (actor !== undefined) query = query.where('actor', '=', actor);
  if (session_id !== undefined) query = query.where('session_id', '=', session_id);
  if (address !== undefined) query = query.where('address', '=', address);
  if (action !== undefined) query = query.where('action', '=', action);
  if (subject_id !== undefined) query = query.where('subject_id', '=', subject_id);
  if (from !== undefined) query = query.where('timestamp', '>=', from);
  if (to !== undefined) query = query.where('timestamp', '<', to);
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(entryOf);
}

/** Deletes entries from before `before` (Unix seconds). Returns how many. */
export async function pruneAudit(
  db: Database,
  { before, ...batches }: Batches & { before: number },
): Promise<number> {
  let deleted = 0n;
  await deleteInBatches(batches, async () => {
    const { numDeletedRows } = await db.kysely
      .deleteFrom('audit_log')
      .where('id', 'in', (batch) =>
        batch
          .selectFrom('audit_log')
          .select('audit_log.id')
          .where('audit_log.timestamp', '<', before)
          .orderBy('audit_log.timestamp')
          .limit(batches.batchSize),
      )
      .executeTakeFirstOrThrow();
    deleted += numDeletedRows;
    return numDeletedRows;
  });
  return Number(deleted);
}

function entryOf({ changes, ...row }: Pick<AuditLogTableRow, (typeof columns)[number]>) {
  return { ...row, changes: parseColumn<AuditChange[]>(changes) };
}
