import type { AuditAction, AuditChange } from '@api-monitor/core';
import { type Database, recordAudit } from '@api-monitor/db';
import type { Actor } from '../auth/caller.ts';

/**
 * Records what one actor does; given the transaction of the change, both are stored or neither.
 * `subject`: what it was done to; null: the monitor itself.
 */
export type Audit = (
  db: Database,
  action: AuditAction,
  subject?: { id: number | null; name: string } | null,
  changes?: AuditChange[],
) => Promise<void>;

/** `now`: Unix seconds. */
export function createAudit(actor: Actor, now: () => number): Audit {
  return (db, action, subject = null, changes = []) =>
    recordAudit(db, {
      ...actor,
      timestamp: now(),
      action,
      subject_id: subject?.id ?? null,
      subject_name: subject?.name ?? '',
      changes,
    });
}
