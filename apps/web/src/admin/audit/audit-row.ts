import type { AuditEntry } from '@api-monitor/core';
import type { Translator } from '../../i18n/translate.ts';

/** A line of the audit log, ready to print. */
export interface AuditRow {
  id: number;
  timestamp: number;
  actorText: string;
  address: string;
  actionText: string;
  subject: string;
  /** `old` is empty where there was nothing before. */
  changes: { field: string; old: string; new: string }[];
}

export function auditRow(entry: AuditEntry, { t }: Translator): AuditRow {
  const { id, timestamp, actor, address, action, subject_name, changes } = entry;
  return {
    id,
    timestamp,
    actorText: t(`audit.actor.${actor}`),
    address,
    actionText: t(`audit.action.${action}`),
    subject: subject_name,
    changes: changes.filter(tellsSomething).map((change) => ({
      field: change.field,
      old: change.old === null ? '' : textOf(change.old),
      new: textOf(change.new),
    })),
  };
}

/** Of what is new, a field that was left empty tells nothing. */
function tellsSomething(change: AuditEntry['changes'][number]): boolean {
  return change.old !== null || !['', '[]'].includes(String(change.new ?? ''));
}

function textOf(value: AuditEntry['changes'][number]['old']): string {
  return value === null || value === '' ? '—' : String(value);
}
