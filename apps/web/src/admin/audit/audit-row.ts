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
    changes: changes.map((change) => ({
      field: change.field,
      old: valueText(change.old),
      new: valueText(change.new),
    })),
  };
}

function valueText(value: AuditEntry['changes'][number]['old']): string {
  return value === null ? '—' : String(value);
}
