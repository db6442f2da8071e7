import type { AuditEntry } from '../../api/wire-types.ts';
import type { Translator } from '../../i18n/translate.ts';

type Change = AuditEntry['changes'][number];

/** A line of the audit log, ready to print. A change's `old` is empty if there was no value before. */
export function auditRow(entry: AuditEntry, { t }: Translator) {
  const { id, timestamp, actor, address, action, subject_name, changes } = entry;
  return {
    id,
    timestamp,
    actorText: t(`audit.actor.${actor}`),
    address,
    actionText: t(`audit.action.${action}`),
    subject: subject_name,
    changes: changes.filter(isWorthShowing).map((change) => ({
      field: change.field,
      old: change.old === null ? '' : textOf(change.old),
      new: textOf(change.new),
    })),
  };
}

/** Leaves out the empty fields of something new. */
function isWorthShowing(change: Change): boolean {
  return change.old !== null || !['', '[]'].includes(String(change.new ?? ''));
}

function textOf(value: Change['old']): string {
  return value === null || value === '' ? '—' : String(value);
}
