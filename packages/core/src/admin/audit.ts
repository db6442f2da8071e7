import { quote } from '../text/quote.ts';

/** Who may act; `system`: the program itself, at its start. */
export const auditActors = ['api_token', 'visitor', 'session', 'nobody', 'system'] as const;
export type AuditActor = (typeof auditActors)[number];

/** Everything that the audit log tells of. */
export const auditActions = [
  'session.opened',
  'session.refused',
  'session.closed',
  'session.revoked',
  'settings.changed',
  'password.refused',
  'second_factor.enrolled',
  'second_factor.confirmed',
  'second_factor.removed',
  'recovery_codes.made',
  'target.created',
  'target.changed',
  'target.deleted',
  'target.run',
  'target.secret_read',
  'targets.reordered',
  'proxy_key.created',
  'proxy_key.changed',
  'proxy_key.regenerated',
  'proxy_key.revoked',
  'status_page.changed',
  'channels.exported',
  'channels.imported',
  'backup.downloaded',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** One field that changed. A secret's values are never told, only that it changed. */
export interface AuditChange {
  field: string;
  old: AuditValue;
  new: AuditValue;
}

type AuditValue = string | number | boolean | null;

/** A line of the audit log. */
export interface AuditEntry {
  id: number;
  /** Unix seconds. */
  timestamp: number;
  actor: AuditActor;
  /** The admin session, where the actor is one. */
  session_id: number | null;
  address: string;
  action: AuditAction;
  /** What it was done to: a channel's or a key's id, say. */
  subject_id: number | null;
  subject_name: string;
  changes: AuditChange[];
}

const textLimit = 200;
const secretWord = '[secret]';

/**
 * What differs between two states of a thing, field by field of `after`; of the fields named in
 * `secrets` only that they differ. Lists count as their JSON, and what is long is cut.
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
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? (value as AuditValue) : JSON.stringify(value);
}

function hidden(value: AuditValue): AuditValue {
  return value === null ? null : secretWord;
}

function cut(value: AuditValue): AuditValue {
  return typeof value === 'string' ? quote(value, textLimit) : value;
}
