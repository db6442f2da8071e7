import { z } from 'zod';
import { unixSeconds } from '../shape.ts';
import { quote } from '../text/quote.ts';
import { auditActions, auditActors } from './audit-action.ts';

const auditValueShape = z.union([z.string(), z.number(), z.boolean()]).nullable();
type AuditValue = z.output<typeof auditValueShape>;

/** One field that changed. The values of a secret are hidden. */
export const auditChangeShape = z.object({
  field: z.string(),
  old: auditValueShape,
  new: auditValueShape,
});
export type AuditChange = z.output<typeof auditChangeShape>;

/** A line of the audit log. */
export const auditEntryShape = z.object({
  id: z.int(),
  timestamp: unixSeconds,
  actor: z.enum(auditActors),
  /** The admin session, if the actor is one. */
  session_id: z.int().nullable(),
  address: z.string(),
  action: z.enum(auditActions),
  /** What it was done to: a channel's or a key's id, for example. */
  subject_id: z.int().nullable(),
  subject_name: z.string(),
  changes: z.array(auditChangeShape).describe('the values of secrets are hidden'),
});
export type AuditEntry = z.output<typeof auditEntryShape>;

const textLimit = 200;
/** In place of a secret's value. */
export const secretWord = '[secret]';

/**
 * The fields of `after` that differ from `before`, without the values of those named in `secrets`. Lists
 * are compared as JSON, and long texts are cut.
 */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  secrets: readonly string[] = [],
): AuditChange[] {
  return Object.entries(after).flatMap(([field, value]) => {
    const [old, next] = [plainValueOf(before[field]), plainValueOf(value)];
    if (old === next) return [];
    if (!secrets.includes(field)) return [{ field, old: cut(old), new: cut(next) }];
    return [{ field, old: hidden(old), new: hidden(next) }];
  });
}

function plainValueOf(value: unknown): AuditValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return JSON.stringify(value);
}

function hidden(value: AuditValue): AuditValue {
  return value === null ? null : secretWord;
}

function cut(value: AuditValue): AuditValue {
  return typeof value === 'string' ? quote(value, textLimit) : value;
}
