import type { AuditAction, AuditChange } from '@api-monitor/core';
import { type Database, recordAudit } from '@api-monitor/db';
import type { Actor } from '../auth/caller.ts';

export interface Action {
  action: AuditAction;
  /** What it was done to; absent: to the monitor itself. */
  subject?: { id: number | null; name: string };
  changes?: AuditChange[];
}

/** Writes down who did what; given the transaction of the change itself, both are kept or neither. */
export async function recordAction(
  db: Database,
  actor: Actor,
  { action, subject, changes = [] }: Action,
  nowS: number,
): Promise<void> {
  await recordAudit(db, {
    ...actor,
    timestamp: nowS,
    action,
    subject_id: subject?.id ?? null,
    subject_name: subject?.name ?? '',
    changes,
  });
}
